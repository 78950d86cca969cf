import type { FailureReason } from "../publishers/lane-publisher.ts";

/**
 * What the relay does about a failure.
 *
 * - `pause`: the other side's failure. Try again with capped exponential backoff, for as long as it takes.
 * - `wait`: a person's: the topic or the registry lacks something. Hold for a while, as it may be on its way; then park.
 * - `park`: the record's own: it will never be taken as things are.
 */
export type SendVerdict = "pause" | "wait" | "park";

/** The reasons of a publisher, and the registry's own. */
export type ProblemReason =
  | FailureReason
  | "registry-unavailable"
  | "schema-missing"
  | "schema-unknown"
  | "schema-rejected"
  | "headers-invalid";

const verdicts: Readonly<Record<ProblemReason, SendVerdict>> = {
  unavailable: "pause",
  "partition-missing": "pause",
  "registry-unavailable": "pause",
  "topic-missing": "wait",
  "not-authorized": "wait",
  "record-too-large": "park",
  "record-invalid": "park",
  "headers-invalid": "park",
  "schema-missing": "park",
  "schema-unknown": "wait",
  "schema-rejected": "wait",
};

export function sendVerdict(reason: ProblemReason): SendVerdict {
  return verdicts[reason];
}

/** Whether a text is one of the reasons: another version may have stored others. */
export function isProblemReason(reason: string): reason is ProblemReason {
  return Object.hasOwn(verdicts, reason);
}

/** What a person can do about an event that is held or parked. */
export function remedyOf(reason: ProblemReason, topic: string): string {
  switch (reason) {
    case "schema-unknown":
      return "Run `schemas push`, or start the relay with --auto-register.";
    case "schema-rejected":
      return "Make the schema compatible with its subject's earlier versions, or change the subject's compatibility.";
    case "topic-missing":
      return (
        `Create the topic ${topic}, or start the relay with --auto-create-topics. ` +
        `\`outbox-relay topics ensure --topic ${topic}\` creates it.`
      );
    case "not-authorized":
      return `Allow the relay's principal to write to the topic ${topic}.`;
    case "record-too-large":
      return `Raise max.message.bytes of the topic ${topic} (and replica.fetch.max.bytes of the brokers).`;
    case "schema-missing":
    case "record-invalid":
    case "headers-invalid":
      return "The row was not written by @waybill/outbox as it should be: see the row in waybill.outbox.";
    case "unavailable":
    case "partition-missing":
    case "registry-unavailable":
      return "The relay goes on by itself as soon as it can.";
  }
}
