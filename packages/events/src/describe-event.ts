import type { AvroInput } from "./avro/avro-input.ts";
import { compileReader } from "./avro/compile-reader.ts";
import { compileWriter } from "./avro/compile-writer.ts";
import { readRecordSchema } from "./avro/schema-reader.ts";
import type { RecordType } from "./avro/schema-type.ts";
import { fieldValue } from "./avro/value-tests.ts";
import { defineEvent } from "./define-event.ts";
import { DecodeError } from "./errors.ts";
import type { EarlierGenerations, EventDescriptor } from "./event-descriptor.ts";
import { keyText } from "./key-text.ts";
import { schemaIdOf } from "./schema-id.ts";

/** What {@link describeEvent} makes a descriptor from. */
export interface EventDescription<Type extends string, Version extends number, Earlier extends EarlierGenerations> {
  /** `domain.entity.action`. */
  readonly type: Type;
  /** Counted from 1. */
  readonly version: Version;
  /** Default: the type without its action, `orders.order` for `orders.order.placed`. */
  readonly topic?: string;
  /** An Avro record schema as JSON text. The key is the field marked `"waybill.key": true`. */
  readonly schema: string;
  /** The last version of each earlier generation. Default: none. */
  readonly earlier?: Earlier;
}

/**
 * A descriptor made at run time, for tests and for schemas that are unknown at build time. It does what a generated
 * one does, at about three quarters of the speed, by an interpreter: no code is made from strings.
 *
 * Types are not derived from the schema; name them where they matter:
 * `describeEvent<"orders.order.placed", 1, { orderId: string }>({ … })`.
 *
 * @throws DecodeError with code `SCHEMA_UNREADABLE`
 */
export function describeEvent<
  const Type extends string,
  const Version extends number,
  Data = unknown,
  Earlier extends EarlierGenerations = {},
>(description: EventDescription<Type, Version, Earlier>): EventDescriptor<Type, Version, Data, Earlier> {
  const { type, version, schema, earlier = {} as Earlier } = description;
  const record = readRecordSchema(schema);
  const keyField = keyFieldOf(record);
  return defineEvent<Type, Version, Data, Earlier>({
    type,
    version,
    topic: description.topic ?? type.slice(0, Math.max(0, type.lastIndexOf("."))),
    recordName: record.fullName,
    schema,
    schemaId: schemaIdOf(schema),
    earlier,
    key: (data) => (keyField === null ? null : keyText(fieldValue(data as object, keyField))),
    write: compileWriter(record),
    read: compileReader(record, record) as (input: AvroInput) => Data,
  });
}

function keyFieldOf({ fields, fullName }: RecordType): string | null {
  const [field, second] = fields.filter(({ isKey }) => isKey);
  if (second !== undefined) {
    throw new DecodeError(`record ${fullName} marks two fields as its key: keep one "waybill.key"`, {
      code: "SCHEMA_UNREADABLE",
    });
  }
  return field?.name ?? null;
}
