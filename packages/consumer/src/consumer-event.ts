import { type ErrorSummary, summarizeError } from "./error-summary.ts";
import type { DeadLetterReason } from "./failure-verdict.ts";
import type { TopicPartition } from "./kafka-port.ts";
import type { Logger } from "./logger.ts";

/** Which record something happened to. No payload. */
export interface RecordReference extends TopicPartition {
  readonly offset: bigint;
  /** The header `ce_type`; null when the record has none. */
  readonly type: string | null;
  /** The header `ce_id`; null when the record has none. */
  readonly eventId: string | null;
}

/** What a partition waits for when it waits without spending attempts. */
export type Outage = "database" | "registry" | "dead-letter-topic";

/** What the consumer tells `onEvent`: for metrics, traces and tests. */
export type ConsumerEvent =
  | { readonly kind: "started"; readonly topics: readonly string[] }
  | { readonly kind: "stopped" }
  /** The group gave this member partitions. */
  | { readonly kind: "assigned"; readonly partitions: readonly TopicPartition[] }
  /** The member lost its partitions for a rebalance or with the broker. */
  | { readonly kind: "revoked" }
  /** The broker or the group is lost; the member joins again after the delay. */
  | { readonly kind: "disconnected"; readonly delayMs: number; readonly error: unknown }
  /** The handler's transaction has committed. The offset has not, yet. */
  | {
      readonly kind: "handled";
      readonly record: RecordReference;
      readonly attempt: number;
      /** From the start of the attempt to its commit. */
      readonly durationMs: number;
    }
  /** The event was in the inbox already. */
  | { readonly kind: "duplicate"; readonly record: RecordReference }
  /** No handler of this group is for this type. */
  | { readonly kind: "skipped"; readonly record: RecordReference }
  /** An attempt failed and there will be another. */
  | {
      readonly kind: "retrying";
      readonly record: RecordReference;
      /** The attempt that failed. */
      readonly attempt: number;
      /** Whether it cost one of `maxAttempts`. */
      readonly spent: boolean;
      readonly delayMs: number;
      readonly error: unknown;
    }
  /** The partition waits for something other than the event. Spends no attempt; repeats while the outage lasts. */
  | {
      readonly kind: "waiting";
      readonly record: RecordReference;
      readonly on: Outage;
      readonly delayMs: number;
      readonly error: unknown;
    }
  /** The record is in the dead-letter topic. */
  | {
      readonly kind: "dead-lettered";
      readonly record: RecordReference;
      readonly reason: DeadLetterReason;
      readonly deadLetterTopic: string;
      readonly attempts: number;
      readonly error: unknown;
    }
  /** The group's offset of a partition moved: the offset of the next record to read. */
  | { readonly kind: "committed"; readonly partition: TopicPartition; readonly offset: bigint }
  /** The commit failed and is tried again; at worst the records come once more and the inbox knows them. */
  | { readonly kind: "commit-failed"; readonly error: unknown };

/** Takes the consumer's events. Must not take long; what it throws is logged and otherwise ignored. */
export type ConsumerEventListener = (event: ConsumerEvent) => void;

type Level = keyof Logger;

const LEVELS: { readonly [Kind in ConsumerEvent["kind"]]: Level } = {
  started: "info",
  stopped: "info",
  assigned: "info",
  revoked: "info",
  disconnected: "warn",
  handled: "debug",
  duplicate: "debug",
  skipped: "debug",
  retrying: "warn",
  waiting: "warn",
  "dead-lettered": "error",
  committed: "debug",
  "commit-failed": "warn",
};

/** Sends each event to the user's listener and to the log. */
export function createEventSink(
  groupId: string,
  logger: Logger,
  listener: ConsumerEventListener | undefined,
): ConsumerEventListener {
  return (event) => {
    logger[LEVELS[event.kind]]({ groupId, ...logFields(event) }, `consumer: ${event.kind}`);
    try {
      listener?.(event);
    } catch (error) {
      logger.error({ groupId, error: summarizeError(error) }, `consumer: onEvent threw on "${event.kind}"`);
    }
  };
}

/** The event as JSON can hold it: errors in one line, offsets as text. */
function logFields(event: ConsumerEvent): object {
  const { kind: _kind, ...rest } = event;
  const fields: Record<string, unknown> = { ...rest };
  if ("record" in event) fields["record"] = { ...event.record, offset: String(event.record.offset) };
  if ("offset" in event) fields["offset"] = String(event.offset);
  if ("error" in event) fields["error"] = summarizeError(event.error) satisfies ErrorSummary;
  return fields;
}
