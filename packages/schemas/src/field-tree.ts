import type { JsonValue, RecordSchema } from "@waybill/avro";
import { nameText, recordsIn, typeText } from "./type-text.ts";

/** A record with its fields, as people read it. */
export interface RecordNode {
  /** Without the namespace of the event's record, where it shares that. */
  readonly record: string;
  readonly doc: string | null;
  readonly fields: readonly FieldNode[];
}

/** A field of a record. */
export interface FieldNode {
  readonly name: string;
  /** On one line, such as `array<OrderItem>`. */
  readonly type: string;
  readonly doc: string | null;
  readonly aliases: readonly string[];
  /** Whether it holds the event's partition key. */
  readonly key: boolean;
  /** Only when the field has one; null is a default too. */
  readonly default?: JsonValue;
  /** The records in its type, each the first time that it is met: a recursive type ends there. */
  readonly records: readonly RecordNode[];
}

/** The fields of an event's record, with the records inside them. */
export function fieldTreeOf(record: RecordSchema, key: string | null): RecordNode {
  return nodeOf(record, record.namespace, key, new Set([record]));
}

function nodeOf(
  record: RecordSchema,
  namespace: string | null,
  key: string | null,
  seen: Set<RecordSchema>,
): RecordNode {
  return {
    record: nameText(record, namespace),
    doc: record.doc,
    fields: record.fields.map((field) => {
      const fresh = recordsIn(field.type).filter((inner) => !seen.has(inner));
      for (const inner of fresh) seen.add(inner);
      return {
        name: field.name,
        type: typeText(field.type, namespace),
        doc: field.doc,
        aliases: field.aliases,
        key: field.name === key,
        ...(field.default === null ? {} : { default: field.default.value }),
        records: fresh.map((inner) => nodeOf(inner, namespace, null, seen)),
      };
    }),
  };
}
