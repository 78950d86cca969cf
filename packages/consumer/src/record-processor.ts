import { abortableDelay } from "./abortable-delay.ts";
import { backoffMs } from "./backoff.ts";
import type { ConsumerEventListener, Outage, RecordReference } from "./consumer-event.ts";
import { deadLetterOf } from "./dead-letter.ts";
import { ConsumerError } from "./errors.ts";
import { summarizeError } from "./error-summary.ts";
import { type EventDecoder, headerText } from "./event-decoder.ts";
import {
  type DeadLetterReason,
  decideFailure,
  type FailureCounts,
  NO_FAILURES,
  type RetrySettings,
} from "./failure-verdict.ts";
import type { HandlerTransaction } from "./handler-transaction.ts";
import type { HandlerTable, ReceivedEvent, Registration } from "./handlers.ts";
import type { KafkaPort, KafkaRecord } from "./kafka-port.ts";
import { inProcessSpan } from "./process-span.ts";
import type { Slots } from "./slots.ts";

/**
 * Whether the record's offset may move on. `done`: handled, known, skipped, or in the dead-letter topic. `abandoned`:
 * the lane ended first; the record comes again.
 */
export type Outcome = "done" | "abandoned";

export interface RecordProcessorParts {
  readonly groupId: string;
  readonly handlers: HandlerTable;
  readonly decoder: EventDecoder;
  readonly transaction: HandlerTransaction;
  readonly kafka: Pick<KafkaPort, "produce">;
  readonly deadLetterTopic: string;
  readonly retry: RetrySettings;
  /** Limits the attempts under way; a record that waits holds none. */
  readonly slots: Slots;
  readonly emit: ConsumerEventListener;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** Takes one record at a time from its bytes to its outcome, through every retry. */
export class RecordProcessor {
  readonly #parts: RecordProcessorParts;

  constructor(parts: RecordProcessorParts) {
    this.#parts = parts;
  }

  /** @param signal ends waits and further attempts, not the attempt under way */
  async process(record: KafkaRecord, signal: AbortSignal): Promise<Outcome> {
    const reference = referenceTo(record);
    if (reference.type === null) {
      const error = new ConsumerError("EVENT_UNREADABLE", "The record has no header ce_type: it is not an event.");
      return this.#deadLetter(record, reference, { reason: "unreadable", error, attempts: 0 }, signal);
    }
    const registration = this.#parts.handlers.find(reference.type);
    if (registration === undefined) {
      this.#parts.emit({ kind: "skipped", record: reference });
      return "done";
    }
    return this.#read(record, reference, registration, signal);
  }

  /** Decodes, waiting for the registry as long as it takes, and handles. */
  async #read(
    record: KafkaRecord,
    reference: RecordReference,
    registration: Registration,
    signal: AbortSignal,
  ): Promise<Outcome> {
    for (let failures = 1; !signal.aborted; failures += 1) {
      let event: ReceivedEvent<unknown>;
      try {
        event = await this.#parts.decoder.decode(record, registration);
      } catch (error) {
        if (ConsumerError.is(error) && error.code === "REGISTRY_UNREACHABLE") {
          await this.#wait("registry", reference, failures, error, signal);
          continue;
        }
        const reason = ConsumerError.is(error) && error.code === "UPCAST_FAILED" ? "upcast-failed" : "unreadable";
        return this.#deadLetter(record, reference, { reason, error, attempts: 0 }, signal);
      }
      return this.#handle(record, reference, registration, event, signal);
    }
    return "abandoned";
  }

  /** Attempts until one commits, the policy gives up, or the lane ends. */
  async #handle(
    record: KafkaRecord,
    reference: RecordReference,
    registration: Registration,
    event: ReceivedEvent<unknown>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { emit, groupId, random, retry, slots, transaction } = this.#parts;
    let counts: FailureCounts = NO_FAILURES;
    while (!signal.aborted) {
      const attempt = counts.attempts + 1;
      let startedAt = 0;
      const result = await slots.run(async () => {
        startedAt = performance.now();
        if (signal.aborted) return null;
        const processed = { groupId, record: reference, event, attempt };
        return inProcessSpan(processed, () => transaction.attempt(registration, event, attempt));
      });
      if (result === null) break;
      if (result.kind === "handled") {
        emit({ kind: "handled", record: reference, attempt, durationMs: performance.now() - startedAt });
        return "done";
      }
      if (result.kind === "duplicate") {
        emit({ kind: "duplicate", record: reference });
        return "done";
      }
      const verdict = decideFailure(result, counts, retry, random());
      const { error } = result;
      if (verdict.kind === "dead-letter") {
        const { reason, attempts } = verdict;
        return this.#deadLetter(record, reference, { reason, error, attempts }, signal);
      }
      // A handler that was cut off by a stopping consumer has not failed.
      if (signal.aborted) break;
      counts = verdict.counts;
      const { delayMs } = verdict;
      if (verdict.kind === "wait") emit({ kind: "waiting", on: "database", record: reference, delayMs, error });
      else emit({ kind: "retrying", record: reference, attempt, spent: verdict.spent, delayMs, error });
      await abortableDelay(delayMs, signal);
    }
    return "abandoned";
  }

  /** Puts the record into the dead-letter topic, trying for as long as that takes: nothing is dropped. */
  async #deadLetter(
    record: KafkaRecord,
    reference: RecordReference,
    cause: { readonly reason: DeadLetterReason; readonly error: unknown; readonly attempts: number },
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { deadLetterTopic, emit, groupId, kafka } = this.#parts;
    const { reason, attempts, error } = cause;
    const failedAt = new Date();
    const letter = deadLetterOf(record, { groupId, reason, error: summarizeError(error), attempts, failedAt });
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        await kafka.produce(deadLetterTopic, letter);
      } catch (produceError) {
        await this.#wait("dead-letter-topic", reference, failures, produceError, signal);
        continue;
      }
      emit({ kind: "dead-lettered", record: reference, reason, deadLetterTopic, attempts, error });
      return "done";
    }
    return "abandoned";
  }

  async #wait(
    on: Outage,
    record: RecordReference,
    failures: number,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    const delayMs = backoffMs(failures, this.#parts.retry, this.#parts.random());
    this.#parts.emit({ kind: "waiting", on, record, delayMs, error });
    await abortableDelay(delayMs, signal);
  }
}

function referenceTo(record: KafkaRecord): RecordReference {
  const { topic, partition, offset } = record;
  const type = headerText(record, "ce_type") ?? null;
  return { topic, partition, offset, type, eventId: headerText(record, "ce_id") ?? null };
}
