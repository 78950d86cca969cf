import type pg from "pg";
import { countDeadLetters, DEAD_LETTER_CHANNEL, isAskedFor } from "../sql/dead-letter-state.ts";

/** A notification comes at once; this is for those that a pooler swallows, and costs an idle relay's database. */
const LOOK_MS = 5_000;
/** The least time between two counts, also in times that a count takes: a million dead letters must not slow leases down. */
const COUNT_MS = 1_000;
const COUNT_REST = 20;

export interface DeadLetterWatchOptions {
  readonly client: pg.Client;
  /** Those of the groups that are held now. */
  readonly shards: () => readonly number[];
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** A person has asked for something. */
  readonly onAsked: () => void;
  readonly onCounts: (counts: { readonly parked: number; readonly behind: number }) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Looks for requests on dead letters, and counts them. */
export class DeadLetterWatch {
  readonly #options: DeadLetterWatchOptions;
  #timer: NodeJS.Timeout | null = null;
  #countAt = Number.NEGATIVE_INFINITY;
  #isCounted = false;
  #looking: Promise<void> | null = null;
  #isWanted = false;
  #isStopped = false;

  constructor(options: DeadLetterWatchOptions) {
    this.#options = options;
  }

  /** @throws the database driver's error */
  async start(): Promise<void> {
    const { client } = this.#options;
    client.on("notification", ({ channel }) => {
      if (channel === DEAD_LETTER_CHANNEL) void this.look();
    });
    await client.query(`LISTEN ${DEAD_LETTER_CHANNEL}`);
    this.#timer = setInterval(() => void this.look(), LOOK_MS);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Their number has changed. */
  noteChange(): void {
    this.#isCounted = false;
    void this.look();
  }

  /** Looks now, once more if it is looking already. Never rejects. */
  look(): Promise<void> {
    this.#isWanted = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isStopped) {
        this.#isWanted = false;
        await this.#runOnce();
      }
    } catch (error) {
      if (!this.#isStopped) this.#options.onFailure(error);
      this.stop();
    }
  }

  async #runOnce(): Promise<void> {
    const { client, shards, now, onAsked, onCounts } = this.#options;
    if (await isAskedFor(client, shards())) onAsked();
    const startedAt = now();
    if (this.#isCounted || startedAt < this.#countAt) return;
    this.#isCounted = true;
    onCounts(await countDeadLetters(client, shards()));
    this.#countAt = now() + Math.max(COUNT_MS, COUNT_REST * (now() - startedAt));
  }
}
