import type { PrimitiveSchema, RecordSchema, Schema } from "@waybill/avro";
import { wordsOf } from "./words.ts";

/** What a typical value is taken for; the README states the same figures. */
export const sizeAssumptions = {
  /** Items of an array and entries of a map. */
  itemCount: 5,
  mapKeyLength: 12,
  stringLength: 20,
  urlLength: 100,
  /** Of strings named as prose, such as a description. */
  proseLength: 300,
  /** Of strings and bytes named as documents, and of bytes in general. */
  documentLength: 1000,
} as const;

const urlWords = new Set("href link uri url".split(" "));
const proseWords = new Set("body comment comments description message notes text".split(" "));
const documentWords = new Set(
  "attachment blob content document file html image json payload pdf photo raw xml".split(" "),
);

/** Estimated bytes of a record in Avro's binary encoding, without the framing and headers of the message. */
export function estimateSize(record: RecordSchema): { readonly bytes: number; readonly fields: readonly FieldSize[] } {
  const fields = record.fields.map(({ name, type }) => ({ name, bytes: sizeOf(type, name, new Set([record])) }));
  return { bytes: fields.reduce((sum, { bytes }) => sum + bytes, 0), fields };
}

/** The part of one field in an estimate. */
export interface FieldSize {
  readonly name: string;
  readonly bytes: number;
}

/** @param open the records around this one: a recursive value is taken to end at its first level */
function sizeOf(schema: Schema, name: string, open: ReadonlySet<Schema>): number {
  const { itemCount, mapKeyLength } = sizeAssumptions;
  switch (schema.type) {
    case "record": {
      if (open.has(schema)) return 0;
      const within = new Set([...open, schema]);
      return schema.fields.reduce((sum, field) => sum + sizeOf(field.type, field.name, within), 0);
    }
    case "enum":
      return 1;
    case "fixed":
      return schema.size;
    // A count before the items and a zero after them.
    case "array":
      return 2 + itemCount * sizeOf(schema.items, name, open);
    case "map":
      return 2 + itemCount * (prefixed(mapKeyLength) + sizeOf(schema.values, name, open));
    case "union":
      return 1 + Math.max(0, ...schema.branches.map((branch) => sizeOf(branch, name, open)));
    default:
      return sizeOfPrimitive(schema, name);
  }
}

function sizeOfPrimitive({ type, logicalType }: PrimitiveSchema, name: string): number {
  switch (type) {
    case "null":
      return 0;
    case "boolean":
      return 1;
    case "float":
      return 4;
    case "double":
      return 8;
    case "int":
      return logicalType === null ? 2 : 4;
    // An instant of today takes 6 bytes in milliseconds, 8 in microseconds and 9 in nanoseconds.
    case "long":
      if (logicalType === null) return 4;
      return logicalType.name.endsWith("nanos") ? 9 : logicalType.name.endsWith("micros") ? 8 : 6;
    case "bytes":
      return logicalType === null ? prefixed(sizeAssumptions.documentLength) : prefixed(4);
    case "string":
      return prefixed(logicalType?.name === "uuid" ? 36 : stringLengthOf(name));
  }
}

function stringLengthOf(name: string): number {
  const last = wordsOf(name).at(-1) ?? "";
  if (documentWords.has(last)) return sizeAssumptions.documentLength;
  if (proseWords.has(last)) return sizeAssumptions.proseLength;
  return urlWords.has(last) ? sizeAssumptions.urlLength : sizeAssumptions.stringLength;
}

/** With its length before it: a zigzag varint, of one byte up to 63. */
function prefixed(length: number): number {
  return length + (length < 64 ? 1 : 2);
}
