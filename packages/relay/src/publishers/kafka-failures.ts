import type { FailureReason } from "./lane-publisher.ts";

/**
 * Kafka's errors by their names, in the words of the port. All others are `unavailable`: to repeat is always safe, to
 * give a record up is not. INVALID_TIMESTAMP is one of them: the time is ours, so it says that clocks are apart.
 */
const reasons: Readonly<Record<string, FailureReason>> = {
  UNKNOWN_TOPIC_OR_PARTITION: "topic-missing",
  TOPIC_AUTHORIZATION_FAILED: "not-authorized",
  MESSAGE_TOO_LARGE: "record-too-large",
  RECORD_LIST_TOO_LARGE: "record-too-large",
  INVALID_TOPIC_EXCEPTION: "record-invalid",
  INVALID_RECORD: "record-invalid",
};

export function failureReasonOf(error: string | null): FailureReason {
  return reasons[error ?? ""] ?? "unavailable";
}

/** Whether the broker refuses a record for what it is, not for where it goes. */
export function isRecordFailure(reason: FailureReason): boolean {
  return reason === "record-too-large" || reason === "record-invalid";
}
