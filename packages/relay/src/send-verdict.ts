import type { FailureReason } from "./publishers/lane-publisher.ts";

/**
 * What the relay does about a failure.
 *
 * - `pause`: the other side's failure. Try again with capped exponential backoff, for as long as it takes.
 * - `hold`: this event cannot be published as things are. Publish nothing after it, say so once, try again slowly.
 */
export type SendVerdict = "pause" | "hold";

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
  "topic-missing": "hold",
  "not-authorized": "hold",
  "record-too-large": "hold",
  "record-invalid": "hold",
  "headers-invalid": "hold",
  "schema-missing": "hold",
  "schema-unknown": "hold",
  "schema-rejected": "hold",
};

export function sendVerdict(reason: ProblemReason): SendVerdict {
  return verdicts[reason];
}

/** What a person can do about an event that is held. */
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
