import { type AvroInput, readWhole } from "./avro/avro-input.ts";
import { compileReader } from "./avro/compile-reader.ts";
import { readRecordSchema, readSchema } from "./avro/schema-reader.ts";
import { isSameType } from "./avro/same-type.ts";
import type { EventDescriptor } from "./event-descriptor.ts";

/**
 * A decoder of what was written with another schema, by Avro's schema resolution: reordered, added and removed
 * fields, aliases, promotions, defaults, enum defaults, unions. Making one costs about as much as decoding a hundred
 * events: keep it. Where the schemas differ in nothing that is written (text, docs, defaults, aliases) it is the
 * descriptor's own. Descriptors from generated packages resolve about as quickly as they decode, whoever wrote.
 *
 * @throws DecodeError with code `SCHEMA_UNREADABLE` or `SCHEMAS_UNRESOLVABLE`; the decoder itself throws DecodeError
 * with code `BYTES_UNREADABLE`
 */
export function createDecoder<Data>(
  writerSchema: string,
  descriptor: Pick<EventDescriptor<string, number, Data>, "schema" | "decode" | "records">,
): (bytes: Uint8Array) => Data {
  if (writerSchema === descriptor.schema) return (bytes) => descriptor.decode(bytes);
  const writer = readRecordSchema(writerSchema);
  const reader = readSchema(descriptor.schema);
  if (isSameType(writer, reader)) return (bytes) => descriptor.decode(bytes);
  const read = compileReader(writer, reader, descriptor.records) as (input: AvroInput) => Data;
  return (bytes) => readWhole(read, bytes, writer.fullName);
}

/** The full name of a schema's record. @throws DecodeError with code `SCHEMA_UNREADABLE` */
export function recordNameOf(schemaText: string): string {
  return readRecordSchema(schemaText).fullName;
}
