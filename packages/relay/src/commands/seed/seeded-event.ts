import { randomBytes } from "node:crypto";
import { describeEvent, type EventDescriptor, encodeRecordHeaders, envelopeToHeaders } from "@waybill/events";

/** What a seeded event tells. */
export interface SeededData {
  /** The id of the rehearsal that it belongs to. */
  readonly run: string;
  readonly key: string;
  /** Counted from 1 within the run, so ascending within each key. */
  readonly number: bigint;
  readonly seededAt: Date;
  /** Random letters, to give the event its size. */
  readonly filler: string;
}

export type SeededEvent = EventDescriptor<string, 1, SeededData>;

/** One row to be inserted. */
export interface SeededRow {
  readonly eventId: string;
  readonly key: string;
  readonly payload: Buffer;
  readonly headers: Buffer;
}

/** Events of a rehearsal bear this header, with the run's id, so that consumers can tell them apart. */
export const REHEARSAL_HEADER = "waybill-rehearsal";

/** `domain.entity.action` in lower case, as event types are. */
export const EVENT_TYPE = /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/;

/** The descriptor of seeded events under a type of the caller's choice. */
export function describeSeededEvent(type: string, topic: string): SeededEvent {
  const [domain = "", entity = "", action = ""] = type.split(".");
  const name = [entity, action].map(pascalCase).join("");
  return describeEvent<string, 1, SeededData>({
    type,
    version: 1,
    topic,
    schema: JSON.stringify({
      type: "record",
      name,
      namespace: `${domain}.${entity}`,
      doc: "Written by `outbox-relay seed` for a rehearsal: it tells nothing of the business.",
      fields: [
        { name: "run", type: "string", doc: "The id of the rehearsal." },
        { name: "key", type: "string", doc: "One of the rehearsal's keys.", "waybill.key": true },
        { name: "number", type: "long", doc: "Counted from 1 within the run." },
        { name: "seededAt", type: { type: "long", logicalType: "timestamp-millis" }, doc: "When it was made." },
        { name: "filler", type: "string", doc: "Random letters, to give the event its size." },
      ],
    }),
  });
}

/** The row of one event. */
export function seededRow(event: SeededEvent, data: SeededData): SeededRow {
  const id = newEventId(data.seededAt);
  const headers = envelopeToHeaders({
    id,
    type: event.type,
    version: event.version,
    source: "/outbox-relay/seed",
    time: data.seededAt,
    subject: data.key,
    correlationId: data.run,
    causationId: null,
    traceparent: null,
  });
  return {
    eventId: id,
    key: data.key,
    payload: Buffer.from(event.encode(data)),
    headers: Buffer.from(encodeRecordHeaders([...headers, [REHEARSAL_HEADER, data.run]])),
  };
}

/** A UUIDv7 (RFC 9562, section 5.7): 48 bits of milliseconds, version, variant, the rest random. */
function newEventId(now: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function pascalCase(snake: string): string {
  return snake
    .split("_")
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join("");
}
