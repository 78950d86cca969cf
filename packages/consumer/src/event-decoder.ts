import {
  createDecoder,
  DecodeError,
  type EventDescriptor,
  envelopeFromHeaders,
  parseFrame,
  UpcastError,
} from "@waybill/events";
import { BoundedCache } from "./bounded-cache.ts";
import { ConsumerError } from "./errors.ts";
import { summarizeError } from "./error-summary.ts";
import type { ReceivedEvent, Registration } from "./handlers.ts";
import type { KafkaRecord } from "./kafka-port.ts";
import type { SchemaRegistry, WriterSchema } from "./schema-registry.ts";

/** Pairs of a writer and a reader schema whose resolution is kept. */
const MAX_CACHED_DECODERS = 1_000;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A header's text; undefined when the record does not have it. Of several of one name the first counts. */
export function headerText(record: KafkaRecord, name: string): string | undefined {
  const value = record.headers.find(([key]) => key === name)?.[1];
  return value === undefined || value === null ? undefined : new TextDecoder().decode(value);
}

/**
 * Which descriptor reads what a writer wrote: the handler's own when the record names agree (the same generation, any
 * version of it: Avro resolves those), else that of an earlier generation. Pure.
 */
export function selectReader(descriptor: EventDescriptor, writerRecordName: string): EventDescriptor | undefined {
  return [descriptor, ...Object.values(descriptor.earlier)].find(({ recordName }) => recordName === writerRecordName);
}

/** Makes typed events of records. */
export class EventDecoder {
  readonly #registry: Pick<SchemaRegistry, "schemaById">;
  readonly #decoders = new BoundedCache<string, (bytes: Uint8Array) => unknown>(MAX_CACHED_DECODERS);

  constructor(registry: Pick<SchemaRegistry, "schemaById">) {
    this.#registry = registry;
  }

  /**
   * @throws ConsumerError EVENT_UNREADABLE or UPCAST_FAILED: the same however often it is tried
   * @throws ConsumerError REGISTRY_UNREACHABLE: nothing is known of the record yet
   */
  async decode(record: KafkaRecord, registration: Registration): Promise<ReceivedEvent<unknown>> {
    try {
      return await this.#decode(record, registration);
    } catch (error) {
      if (ConsumerError.is(error)) throw error;
      const why = summarizeError(error).message;
      throw new ConsumerError("EVENT_UNREADABLE", `${registration.descriptor.type} cannot be read: ${why}`, {
        cause: error,
      });
    }
  }

  async #decode(record: KafkaRecord, registration: Registration): Promise<ReceivedEvent<unknown>> {
    const envelope = envelopeFromHeaders((name) => headerText(record, name));
    if (!UUID.test(envelope.id)) throw new DecodeError("the header ce_id is not a UUID, as the inbox needs it");
    if (record.value === null) throw new DecodeError("the record has no value");
    const { registryId, payload } = parseFrame(record.value);
    if (registryId < 0) throw new DecodeError(`${registryId} is no schema id of a registry`);
    const writer = await this.#registry.schemaById(registryId);
    const reader = selectReader(registration.descriptor, writer.recordName);
    if (reader === undefined) throw new DecodeError(describeUnknownGeneration(registration, writer));
    const data = this.#decoderFor(writer, reader)(payload);
    if (reader === registration.descriptor) return { ...envelope, data };
    return { ...envelope, data: upcast(registration, { ...envelope, version: reader.version, data }) };
  }

  #decoderFor(writer: WriterSchema, descriptor: EventDescriptor): (bytes: Uint8Array) => unknown {
    const key = `${writer.registryId}:${descriptor.schemaId}`;
    const cached = this.#decoders.get(key);
    if (cached !== undefined) return cached;
    const decoder = createDecoder(writer.text, descriptor);
    this.#decoders.set(key, decoder);
    return decoder;
  }
}

function upcast({ descriptor, upcast: chain }: Registration, event: ReceivedEvent<unknown>): unknown {
  try {
    return chain(event);
  } catch (error) {
    if (!UpcastError.is(error)) throw error;
    throw new ConsumerError("UPCAST_FAILED", describeFailedStep(descriptor, error), { cause: error.cause ?? error });
  }
}

/** In one line, as the dead letter holds it: what the step threw may have many. */
function describeFailedStep({ type }: EventDescriptor, { from, to, cause, message }: UpcastError): string {
  if (cause === undefined) return message;
  const thrown = summarizeError(cause);
  return `The upcaster of ${type} from version ${from} to version ${to} threw ${thrown.name}: ${thrown.message}`;
}

function describeUnknownGeneration({ descriptor }: Registration, writer: WriterSchema): string {
  const known = [descriptor, ...Object.values(descriptor.earlier)].map(({ recordName }) => recordName);
  return (
    `it was written as the record ${writer.recordName} (schema ${writer.registryId}), and the handler knows only ` +
    `${known.join(", ")}: upgrade the events package of this consumer, then put the event back`
  );
}
