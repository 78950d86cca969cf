/**
 * Saves what is acknowledged, on the control connection and beside the publishing.
 *
 *   request ──► WAITING (at least minIntervalMs after the last save) ──► SAVING ──► idle, or WAITING for what came meanwhile
 *
 * Only the newest cursor of a group is saved: a save says everything that the ones before it did. One save at a time, so
 * they arrive in order. A crash before a save repeats what was acknowledged since the last one, at most the interval's
 * worth and a batch.
 */
import type { Cursor } from "./cursor.ts";

export interface CheckpointerOptions {
  /** Saves one cursor for several groups. Rejects when fenced. */
  readonly save: (groups: readonly number[], cursor: Cursor) => Promise<void>;
  /** The least time from one save to the next. Every save leaves dead rows, which an old transaction keeps alive. */
  readonly minIntervalMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** A save failed: nothing is saved any more. */
  readonly onFailure: (error: unknown) => void;
}

export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #pending = new Map<number, Cursor>();
  #saving: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #savedAt = Number.NEGATIVE_INFINITY;
  #hasFailed = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /** Milliseconds since the last save. */
  get ageMs(): number {
    return this.#options.now() - this.#savedAt;
  }

  /** Has the cursor of these groups saved soon. */
  request(groups: readonly number[], cursor: Cursor): void {
    for (const group of groups) this.#pending.set(group, cursor);
    if (this.#saving !== null || this.#timer !== null || this.#hasFailed) return;
    const waitMs = this.#options.minIntervalMs - this.ageMs;
    if (waitMs <= 0) this.#start();
    else this.#timer = setTimeout(() => this.#start(), waitMs);
  }

  /** Resolves when everything requested is saved, or cannot be. Never rejects. */
  async drain(): Promise<void> {
    while (!this.#hasFailed && (this.#pending.size > 0 || this.#saving !== null)) {
      if (this.#saving === null) this.#start();
      await this.#saving;
    }
  }

  /** Forgets what was requested and not saved. */
  stop(): void {
    this.#hasFailed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#saving = this.#savePending().then(
      () => {
        this.#saving = null;
        const [next] = this.#pending;
        if (next !== undefined) this.request([next[0]], next[1]);
      },
      (error: unknown) => {
        this.#saving = null;
        this.stop();
        this.#options.onFailure(error);
      },
    );
  }

  async #savePending(): Promise<void> {
    this.#savedAt = this.#options.now();
    const byCursor = Map.groupBy(this.#pending, ([, cursor]) => cursor);
    this.#pending.clear();
    for (const [cursor, entries] of byCursor) {
      await this.#options.save(
        entries.map(([group]) => group),
        cursor,
      );
    }
  }
}
