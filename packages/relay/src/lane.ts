/**
 * Publishes batches, one awaited send at a time: what is newer waits until everything older is acknowledged, through
 * every failure. That is the order per key.
 *
 *   FRAMING ──► SENDING ──► all acknowledged ──► done
 *      │           │ ▲
 *      │ problem   │ │ the failed records alone, in their order
 *      ▼           ▼ │
 *   PAUSED (the other side's failure: backoff)   HELD (this event's failure: slow retry)
 *
 * Crash points: every one of them leaves the cursor before the batch, or, when held, before the held event.
 */
import { abortableDelay } from "./abortable-delay.ts";
import { backoffMs } from "./backoff.ts";
import { type EventProblem, frameEvents } from "./framer.ts";
import type { OutboxEvent } from "./outbox-event.ts";
import type { OutgoingRecord, Publisher, SendFailure } from "./publishers/publisher.ts";
import type { SchemaIds } from "./schema-ids.ts";
import { sendVerdict } from "./send-verdict.ts";

export interface LaneOptions {
  readonly publisher: Publisher;
  readonly schemaIds: SchemaIds;
  /** The cap of the backoff while paused. */
  readonly retryMaxMs: number;
  /** The time between two attempts while held. */
  readonly holdRetryMs: number;
  readonly observer: LaneObserver;
}

/** What happens in a lane, for logs, metrics and readiness. */
export interface LaneObserver {
  /** The other side failed; the lane tries again after `retryMs`. */
  onPause(problem: EventProblem, retryMs: number): void;
  /** `problem.event` cannot be published; the first `acknowledged` events of the batch are. May reject: so does publish. */
  onHold(problem: EventProblem, acknowledged: number): Promise<void>;
  /** Records were acknowledged: nothing is wrong any more. */
  onAcknowledged(records: readonly OutgoingRecord[], sendMs: number): void;
}

export class Lane {
  readonly #options: LaneOptions;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /**
   * Resolves to true when every event is acknowledged, to false when the signal was aborted before: some of them may
   * be published then, and all of them come again.
   */
  async publish(events: readonly OutboxEvent[], signal: AbortSignal): Promise<boolean> {
    let done = 0;
    for (let attempt = 0; done < events.length; attempt++) {
      const { records, problem } = await frameEvents(events.slice(done), this.#options.schemaIds);
      if (records.length > 0) attempt = 0;
      if (!(await this.#sendAll(events, done, records, signal))) return false;
      done += records.length;
      if (problem === null) continue;
      if (signal.aborted) return false;
      await this.#wait(problem, done, attempt, signal);
    }
    return true;
  }

  /** Sends the records of the events from `first` on until all are acknowledged. */
  async #sendAll(
    events: readonly OutboxEvent[],
    first: number,
    records: readonly OutgoingRecord[],
    signal: AbortSignal,
  ): Promise<boolean> {
    let pending = records;
    for (let attempt = 0; pending.length > 0; attempt++) {
      if (signal.aborted) return false;
      const startedAt = performance.now();
      const failures = await this.#options.publisher.send(pending);
      const failed = new Set(failures.flatMap((failure) => failure.records));
      const acknowledged = pending.filter((record) => !failed.has(record));
      if (acknowledged.length > 0) {
        this.#options.observer.onAcknowledged(acknowledged, performance.now() - startedAt);
        attempt = 0;
      }
      if (failed.size === 0) return true;
      pending = pending.filter((record) => failed.has(record));
      const problem = worstProblem(events, first, records, failures);
      await this.#wait(problem, first + records.indexOf(pending[0] as OutgoingRecord), attempt, signal);
    }
    return true;
  }

  async #wait(problem: EventProblem, acknowledged: number, attempt: number, signal: AbortSignal): Promise<void> {
    const { observer, retryMaxMs, holdRetryMs } = this.#options;
    if (sendVerdict(problem.reason) === "hold") {
      await observer.onHold(problem, acknowledged);
      await abortableDelay(holdRetryMs, signal);
      return;
    }
    const retryMs = backoffMs(attempt, retryMaxMs);
    observer.onPause(problem, retryMs);
    await abortableDelay(retryMs, signal);
  }
}

/** The one to wait for: a broker that is away before a record that is held, as its cure may cure the other. */
function worstProblem(
  events: readonly OutboxEvent[],
  first: number,
  records: readonly OutgoingRecord[],
  failures: readonly SendFailure[],
): EventProblem {
  const pause = failures.find(({ reason }) => sendVerdict(reason) === "pause");
  const failure = (pause ?? failures[0]) as SendFailure;
  const index = first + records.indexOf(failure.records[0] as OutgoingRecord);
  return { event: events[index] as OutboxEvent, reason: failure.reason, message: failure.message };
}
