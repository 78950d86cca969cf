/**
 * One session with the database after another: how long to wait for the next, and which failure is news.
 *
 *   WORKING ── a session failed ──► FAILING ── another failed: pause doubled ──► FAILING …
 *      ▲                               │
 *      └── a session saved, or lasted ─┘
 *
 * Connecting is no sign that anything is mended: a server that accepts every session and refuses what is asked in it (a
 * full disk, a right that is missing) would be asked again many times a second, and each attempt publishes a batch again
 * that cannot be saved. A session counts as working only once it has saved, or has lasted.
 */
import { backoffMs } from "../backoff.ts";

/** No more lines than this, however fast failures come and go. */
const TELL_AGAIN_MS = 10_000;
/** What goes on is told again, with its count. */
const REMIND_MS = 5 * 60_000;

export interface SessionRetriesOptions {
  /** The cap of the pauses, and how long a session must last to count as working. */
  readonly retryMaxMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** How often, and for how long, sessions have failed. */
export interface FailureSeries {
  readonly failures: number;
  readonly forMs: number;
}

export class SessionRetries {
  readonly #options: SessionRetriesOptions;
  #openedAt: number | null = null;
  #failures = 0;
  #since = 0;
  /** What was told of the series at hand. */
  readonly #told = new Set<string>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: SessionRetriesOptions) {
    this.#options = options;
  }

  /** How long to wait before the next session. */
  get pauseMs(): number {
    return backoffMs(Math.max(0, this.#failures - 1), this.#options.retryMaxMs);
  }

  opened(): void {
    this.#openedAt = this.#options.now();
  }

  /** Whether `message` is to be logged now: it is news in this series, or it was long ago. */
  failed(message: string): FailureSeries & { readonly isNews: boolean } {
    const now = this.#options.now();
    if (this.#openedAt !== null && now - this.#openedAt >= this.#options.retryMaxMs) this.#end();
    this.#openedAt = null;
    if (this.#failures++ === 0) this.#since = now;
    const kind = message.replaceAll(/\d+/g, "0"); // ports, process ids and times are no other failure
    const isNews = now - this.#toldAt >= (this.#told.has(kind) ? REMIND_MS : TELL_AGAIN_MS);
    if (isNews) {
      this.#told.add(kind);
      this.#toldAt = now;
    }
    return { failures: this.#failures, forMs: now - this.#since, isNews };
  }

  /** The session at hand has saved. Answers the series that this ends, if any of it was told. */
  worked(): FailureSeries | null {
    if (this.#failures === 0) return null;
    const series = { failures: this.#failures, forMs: this.#options.now() - this.#since };
    const wasTold = this.#told.size > 0;
    this.#end();
    return wasTold ? series : null;
  }

  #end(): void {
    this.#failures = 0;
    this.#told.clear();
  }
}
