import { messageOf } from "../../errors.ts";
import { failureReasonOf } from "../kafka-failures.ts";
import type { FailureReason } from "../lane-publisher.ts";

export interface KafkajsFailure {
  readonly reason: FailureReason;
  readonly message: string;
  /** Whether a broker answered: else whatever is asked next fails the same way. */
  readonly isAnswer: boolean;
  /** Whether the broker finds the records' time too far off. */
  readonly isTimeRefused?: boolean;
}

export function kafkajsFailure(error: unknown): KafkajsFailure {
  const type = brokerErrorType(error);
  return {
    reason: failureReasonOf(type),
    message: messageOf(error),
    isAnswer: type !== null,
    isTimeRefused: type === "INVALID_TIMESTAMP",
  };
}

/** Kafka's name of the error, which kafkajs puts at the bottom of a chain of causes. */
function brokerErrorType(error: unknown): string | null {
  let at = error;
  while (typeof at === "object" && at !== null) {
    if ("type" in at && typeof at.type === "string") return at.type;
    at = "cause" in at ? at.cause : null;
  }
  return null;
}
