/**
 * Empties a lane: one awaited send at a time, the same records until all of them are acknowledged or parked. What is newer
 * waits. That is the order per key.
 *
 *   FENCED? ──► SENDING ──► all acknowledged ──► done
 *      ▲         │
 *      │         │ failures
 *      │         ▼
 *      ├── OUTDATED: its partitions are gone ──► given up, to be read and appended anew
 *      ├── PAUSED (the other side's failure: backoff)
 *      ├── HELD (an event's failure: slow retry)
 *      ├── fenced: thrown; only what a new claim finds tells what is stored
 *      └── parked: taken out of the lane, at once again
 *
 * Crash points: every one of them leaves the cursor before the batch or, when held, before the first event that is not
 * acknowledged.
 */
import { abortableDelay } from "../abortable-delay.ts";
import { backoffMs } from "../backoff.ts";
import { RelayError } from "../errors.ts";
import type { Bookmark, PublisherLane, SendFailure, SendOutcome } from "../publishers/lane-publisher.ts";
import type { EventProblem, OnRefused } from "./event-problems.ts";
import { sendVerdict } from "./send-verdict.ts";

export interface LaneRunnerOptions {
  readonly lane: PublisherLane;
  readonly onRefused: OnRefused;
  /** The cap of the backoff while paused. */
  readonly retryMaxMs: number;
  /** The time between two attempts while held. */
  readonly holdRetryMs: number;
  /** Resolves when the leases allow to send, or when the signal is aborted. */
  readonly untilAllowed: (signal: AbortSignal) => Promise<void>;
  /** What was appended cannot be sent as it is: it has to be appended anew, and the signal is aborted. */
  readonly onOutdated: () => void;
  readonly observer: PublishObserver;
}

/** What happens while publishing, for logs, metrics and readiness. */
export interface PublishObserver {
  /** The other side failed; the same is tried again after `retryMs`. */
  onPause(problem: EventProblem, retryMs: number): void;
  /** `problem.id` cannot be published, nor anything after it. */
  onHold(problem: EventProblem): void;
  /** Records were acknowledged: nothing is wrong any more. */
  onAcknowledged(byTopic: ReadonlyMap<string, number>, sendMs: number): void;
}

export class LaneRunner {
  readonly #options: LaneRunnerOptions;
  #isUnsent = false;

  constructor(options: LaneRunnerOptions) {
    this.#options = options;
  }

  get lane(): PublisherLane {
    return this.#options.lane;
  }

  /** The lowest id of the batch that is not acknowledged; null when all are, 0 while none has been sent. */
  get firstUnacknowledged(): number | null {
    return this.#isUnsent ? 0 : (this.#options.lane.unacknowledged()[0] ?? null);
  }

  /** Forgets everything; nothing may be in flight. */
  reset(): void {
    this.#isUnsent = false;
    this.#options.lane.reset();
  }

  /**
   * Sends what is filled. Resolves to true when everything is acknowledged or parked, to false when the signal was
   * aborted before: some of it may be stored then, and all of it comes again.
   *
   * @param bookmark for a transactional lane
   * @throws RelayError TRANSACTION_FENCED
   */
  async flush(
    signal: AbortSignal,
    bookmark?: Bookmark,
    onRefused: OnRefused = this.#options.onRefused,
  ): Promise<boolean> {
    const { lane, untilAllowed } = this.#options;
    if (lane.filledEvents === 0) return true;
    this.#isUnsent = true;
    for (let attempt = 0; ; attempt++) {
      await untilAllowed(signal);
      if (signal.aborted) return false;
      const startedAt = performance.now();
      const sent = this.#isUnsent ? lane.send(bookmark) : lane.repeat();
      this.#isUnsent = false;
      const outcome = await sent;
      if (outcome.fenced !== undefined) throw fencedByBroker(outcome.fenced);
      if (outcome.acknowledged.size > 0) {
        this.#options.observer.onAcknowledged(outcome.acknowledged, performance.now() - startedAt);
        attempt = 0;
      }
      if (outcome.failures.length === 0) return true;
      if (outcome.failures.some(({ reason }) => reason === "partition-missing")) this.#options.onOutdated();
      const isHeld = await this.#settleFailures(outcome, onRefused);
      if (lane.unacknowledged().length === 0) return true;
      if (isHeld !== null) await this.#wait(isHeld, attempt, signal);
    }
  }

  /** Parks what can be parked. Answers what is to be waited for; a broker that is away first, as its cure may cure all. */
  async #settleFailures({ failures }: SendOutcome, onRefused: OnRefused): Promise<EventProblem | null> {
    let pause: SendFailure | null = null;
    let hold: SendFailure | null = null;
    for (const failure of failures) {
      if (sendVerdict(failure.reason) === "pause") pause ??= failure;
      else if ((await onRefused(failure, this.#options.lane)) === "hold") hold ??= failure;
    }
    const failure = pause ?? hold;
    if (failure === null) return null;
    const { reason, topic, message } = failure;
    return { reason, topic, message, id: failure.ids[0] ?? 0 };
  }

  async #wait(problem: EventProblem, attempt: number, signal: AbortSignal): Promise<void> {
    const { observer, retryMaxMs, holdRetryMs } = this.#options;
    if (sendVerdict(problem.reason) !== "pause") {
      observer.onHold(problem);
      await abortableDelay(holdRetryMs, signal);
      return;
    }
    const retryMs = backoffMs(attempt, retryMaxMs);
    observer.onPause(problem, retryMs);
    await abortableDelay(retryMs, signal);
  }
}

function fencedByBroker(message: string): RelayError {
  return new RelayError(
    "TRANSACTION_FENCED",
    `Kafka has given shards of this relay to another one, or has ended a transaction that took too long (${message}): this ` +
      "one starts over from the cursors in Kafka before it publishes again",
  );
}
