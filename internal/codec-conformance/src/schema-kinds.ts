import type { SampleSchema } from "./sample-schemas.ts";

const record = (name: string, fields: readonly object[]) => ({ type: "record", name, fields });
const field = (name: string, type: unknown) => ({ name, type });
const fixed = (name: string, size: number, more: object = {}) => ({ type: "fixed", name, size, ...more });
const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more });

/** An event that holds one value of a type, and one behind it, which shows where the first ends. */
function kind(name: string, type: unknown): SampleSchema {
  const fields = [field("value", type), field("behind", "int")];
  return { name, text: JSON.stringify({ ...record("Kind", fields), namespace: `samples.${name}` }) };
}

/** Each kind of schema alone: primitives, logical types, named types, collections, unions, and records in records. */
export const schemaKinds: readonly SampleSchema[] = [
  ...["null", "boolean", "int", "long", "float", "double", "bytes", "string"].map((type) =>
    kind(`${type}_alone`, type),
  ),
  ...["timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros"].map((type) =>
    kind(type.replaceAll("-", "_"), logical("long", type)),
  ),
  kind("timestamp_nanos", logical("long", "timestamp-nanos")),
  kind("date", logical("int", "date")),
  kind("time_millis", logical("int", "time-millis")),
  kind("time_micros", logical("long", "time-micros")),
  kind("duration", fixed("Span", 12, { logicalType: "duration" })),
  kind("uuid_text", logical("string", "uuid")),
  kind("uuid_fixed", fixed("Id", 16, { logicalType: "uuid" })),
  kind("decimal_small", logical("bytes", "decimal", { precision: 9, scale: 2 })),
  kind("decimal_large", logical("bytes", "decimal", { precision: 60, scale: 20 })),
  kind("decimal_fixed", fixed("Money", 10, { logicalType: "decimal", precision: 20, scale: 4 })),
  kind("enum_alone", { type: "enum", name: "Suit", symbols: ["SPADES", "hearts", "Diamonds_1", "_"] }),
  kind("fixed_alone", fixed("Hash", 20)),
  kind("array_alone", { type: "array", items: "string" }),
  kind("map_alone", { type: "map", values: "long" }),
  kind("nullable_alone", ["null", "string"]),
  kind("nullable_last", ["double", "null"]),
  kind("union_of_primitives", ["null", "boolean", "long", "double", "string", "bytes"]),
  kind("union_of_records", [
    "null",
    record("Card", [field("number", "string")]),
    record("Cash", [field("notes", { type: "array", items: "int" })]),
    record("Nothing", []),
  ]),
  kind("nested", record("Outer", [field("list", { type: "array", items: record("Inner", [field("a", "long")]) })])),
  kind("recursive", record("Node", [field("value", "string"), field("next", ["null", "Node"])])),
  kind("recursive_by_array", record("Tree", [field("children", { type: "array", items: "Tree" })])),
];
