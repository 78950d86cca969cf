import type { ErrorSummary } from "./error-summary.ts";
import type { DeadLetterReason } from "./failure-verdict.ts";
import type { KafkaRecord, OutgoingRecord, RecordHeader } from "./kafka-port.ts";

/** Why and when a record was given up. */
export interface DeadLetterCause {
  readonly groupId: string;
  readonly reason: DeadLetterReason;
  readonly error: ErrorSummary;
  /** Handler attempts made; 0 when the record never reached a handler. */
  readonly attempts: number;
  readonly failedAt: Date;
}

/** Every header that a dead letter adds begins so. */
const PREFIX = "dl_";

/**
 * The dead letter of a record: its key, value and headers unchanged, and `dl_*` headers that say why. A record that
 * is a dead letter already (it was put back and failed again) gets new ones in place of the old.
 */
export function deadLetterOf(record: KafkaRecord, cause: DeadLetterCause): OutgoingRecord {
  const kept = record.headers.filter(([name]) => !name.startsWith(PREFIX));
  return { key: record.key, value: record.value, headers: [...kept, ...reasonHeaders(record, cause)] };
}

function reasonHeaders(record: KafkaRecord, cause: DeadLetterCause): RecordHeader[] {
  const pairs: (readonly [string, string | null])[] = [
    ["reason", cause.reason],
    ["error", cause.error.name],
    ["code", cause.error.code],
    ["message", cause.error.message],
    ["attempts", String(cause.attempts)],
    ["group", cause.groupId],
    ["topic", record.topic],
    ["partition", String(record.partition)],
    ["offset", String(record.offset)],
    ["timestamp", String(record.timestampMs)],
    ["failed_at", cause.failedAt.toISOString()],
  ];
  const encoder = new TextEncoder();
  return pairs.flatMap(([name, value]) => (value === null ? [] : [[PREFIX + name, encoder.encode(value)] as const]));
}
