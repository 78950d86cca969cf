import {
  encodeRecordHeaders,
  type Envelope,
  type EventDescriptor,
  envelopeToHeaders,
  parseTraceparent,
} from "@waybill/events";
import { validate as isUuid } from "uuid";
import { OutboxError } from "./errors.ts";
import type { EventContext } from "./event-context.ts";
import type { PendingEvent, PublishOptions } from "./pending-event.ts";

/** What one event becomes in the database. */
export interface OutboxRow {
  readonly eventId: string;
  readonly topic: string;
  readonly key: string | null;
  readonly descriptor: EventDescriptor;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** The envelope and the caller's headers, as a Kafka record holds them. */
  readonly headers: Uint8Array<ArrayBuffer>;
  readonly lockKey: boolean;
}

/** What a row takes from its surroundings. */
export interface Surroundings {
  readonly source: string;
  readonly maxEventBytes: number;
  readonly context: EventContext;
  readonly now: () => Date;
  readonly newId: () => string;
}

/** The registry wire format's prefix, which the relay adds. */
const FRAME_BYTES = 5;
const TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/**
 * Checks and encodes one event. Pure but for its clock and ids.
 *
 * @throws EncodeError naming the path of every wrong field
 * @throws OutboxError with code `EVENT_TOO_LARGE`, `KEY_INVALID` or `OPTION_INVALID`
 */
export function toOutboxRow(pending: PendingEvent, surroundings: Surroundings): OutboxRow {
  const { descriptor, data, options } = pending;
  const payload = descriptor.encode(data); // first: the key may be read from checked data only
  const key = keyOf(pending);
  const topic = options.topic ?? descriptor.topic;
  if (!TOPIC.test(topic)) throw optionInvalid(descriptor, `topic ${JSON.stringify(topic)} is not a Kafka topic name`);
  const envelope = envelopeOf(descriptor, options, key, surroundings);
  const headers = encodeRecordHeaders([...envelopeToHeaders(envelope), ...ownHeaders(descriptor, options)]);
  const row = { eventId: envelope.id, topic, key, descriptor, payload, headers, lockKey: options.lockKey === true };
  assertSize(row, surroundings.maxEventBytes);
  return row;
}

function envelopeOf(
  descriptor: EventDescriptor,
  options: PublishOptions,
  subject: string | null,
  { source, context, now, newId }: Surroundings,
): Envelope {
  const id = options.id ?? newId();
  if (!isUuid(id)) throw optionInvalid(descriptor, `id ${JSON.stringify(id)} is not a UUID`);
  const time = options.occurredAt ?? now();
  if (Number.isNaN(time.getTime())) throw optionInvalid(descriptor, "occurredAt is an invalid Date");
  const traceparent = firstGiven(options.traceparent, context.traceparent);
  return {
    id: id.toLowerCase(), // as PostgreSQL will print it
    type: descriptor.type,
    version: descriptor.version,
    source: options.source || context.source || source,
    time,
    subject,
    correlationId: options.correlationId || context.correlationId || id.toLowerCase(),
    causationId: firstGiven(options.causationId, context.causationId) || null,
    traceparent: traceparent !== null && parseTraceparent(traceparent) !== null ? traceparent : null,
  };
}

/** Undefined means not given, null means given as none. */
function firstGiven(own: string | null | undefined, inherited: string | null | undefined): string | null {
  return own === undefined ? (inherited ?? null) : own;
}

function keyOf({ descriptor, data, options }: PendingEvent): string | null {
  const key = options.key === undefined ? descriptor.key(data) : options.key;
  if (key === null) {
    if (options.lockKey === true) throw keyInvalid(descriptor, "lockKey needs a key, and the event has none");
    return null;
  }
  if (key.includes("\0")) throw keyInvalid(descriptor, "the key holds a NUL character, which PostgreSQL cannot store");
  if (!key.isWellFormed()) {
    throw keyInvalid(descriptor, "the key holds half a surrogate pair: as UTF-8 it would equal other keys");
  }
  return key;
}

function ownHeaders(descriptor: EventDescriptor, { headers = {} }: PublishOptions): [name: string, value: string][] {
  const entries = Object.entries(headers);
  for (const [name, value] of entries) {
    if (/^(ce_.*|traceparent)$/i.test(name)) {
      throw optionInvalid(descriptor, `header ${JSON.stringify(name)} belongs to the envelope; use the option for it`);
    }
    if (typeof value !== "string") throw optionInvalid(descriptor, `header ${JSON.stringify(name)} is not a string`);
  }
  return entries;
}

function assertSize({ descriptor, payload, headers, key }: OutboxRow, maxEventBytes: number): void {
  const bytes = FRAME_BYTES + payload.length + headers.length + (key === null ? 0 : Buffer.byteLength(key));
  if (bytes <= maxEventBytes) return;
  throw new OutboxError(
    "EVENT_TOO_LARGE",
    `${nameOf(descriptor)} has ${bytes} bytes with its key and headers, more than maxEventBytes, ${maxEventBytes}. ` +
      "Publish a reference to the large part, or raise maxEventBytes together with Kafka's max.message.bytes",
  );
}

function keyInvalid(descriptor: EventDescriptor, reason: string): OutboxError {
  return new OutboxError("KEY_INVALID", `cannot publish ${nameOf(descriptor)}: ${reason}`);
}

function optionInvalid(descriptor: EventDescriptor, reason: string): OutboxError {
  return new OutboxError("OPTION_INVALID", `cannot publish ${nameOf(descriptor)}: ${reason}`);
}

function nameOf({ type, version }: EventDescriptor): string {
  return `${type} version ${version}`;
}
