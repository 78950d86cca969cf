import { DecodeError, decodeRecordHeaders, frame } from "@waybill/events";
import { messageOf } from "./errors.ts";
import type { OutboxEvent } from "./outbox-event.ts";
import type { OutgoingRecord } from "./publishers/publisher.ts";
import { RegistryProblem } from "./schema-registry.ts";
import type { SchemaIds } from "./schema-ids.ts";
import type { ProblemReason } from "./send-verdict.ts";

/** Why an event is not published, in words that can be logged. */
export interface EventProblem {
  readonly event: OutboxEvent;
  readonly reason: ProblemReason;
  readonly message: string;
}

export interface FramedEvents {
  /** Of the first events, in their order. */
  readonly records: OutgoingRecord[];
  /** What keeps the next event from being framed; null when there is no next. */
  readonly problem: EventProblem | null;
}

/** Frames events with the registry's schema ids, up to the first that cannot be. */
export async function frameEvents(events: readonly OutboxEvent[], schemaIds: SchemaIds): Promise<FramedEvents> {
  const records: OutgoingRecord[] = [];
  for (const event of events) {
    try {
      const id = schemaIds.get(event.topic, event.schemaId);
      const registryId = typeof id === "number" ? id : await id;
      decodeRecordHeaders(event.headers); // rows come from writers in any language
      const value = frame(registryId, event.payload);
      records.push({
        topic: event.topic,
        key: event.key,
        value: Buffer.from(value.buffer),
        headers: event.headers,
      });
    } catch (error) {
      return { records, problem: { event, reason: problemReason(error), message: messageOf(error) } };
    }
  }
  return { records, problem: null };
}

function problemReason(error: unknown): ProblemReason {
  if (error instanceof RegistryProblem) return error.reason;
  if (DecodeError.is(error)) return "headers-invalid";
  throw error;
}
