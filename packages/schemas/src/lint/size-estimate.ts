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
  const sizes = new Map<RecordSchema, number>([[record, 0]]);
  const fields = record.fields.map(({ name, type }) => ({ name, bytes: sizeOf(type, name, sizes) }));
  return { bytes: sumOf(fields.map(({ bytes }) => bytes)), fields };
}

/** The part of one field in an estimate. */
export interface FieldSize {
  readonly name: string;
  readonly bytes: number;
}

/**
 * @param sizes Of the records met before: each is worked out once, as one that is used many times over many levels
 * would take exponential time. A record within itself counts nothing.
 */
function sizeOf(schema: Schema, name: string, sizes: Map<RecordSchema, number>): number {
  const { itemCount, mapKeyLength } = sizeAssumptions;
  switch (schema.type) {
    case "record":
      return sizes.get(schema) ?? sizeOfRecord(schema, sizes);
    case "enum":
      return 1;
    case "fixed":
      return schema.size;
    // A count before the items and a zero after them.
    case "array":
      return 2 + itemCount * sizeOf(schema.items, name, sizes);
    case "map":
      return 2 + itemCount * (prefixed(mapKeyLength) + sizeOf(schema.values, name, sizes));
    case "union":
      return 1 + Math.max(0, ...schema.branches.map((branch) => sizeOf(branch, name, sizes)));
    default:
      return sizeOfPrimitive(schema, name);
  }
}

function sizeOfRecord(record: RecordSchema, sizes: Map<RecordSchema, number>): number {
  sizes.set(record, 0);
  const size = sumOf(record.fields.map(({ name, type }) => sizeOf(type, name, sizes)));
  sizes.set(record, size);
  return size;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
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
