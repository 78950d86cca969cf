/** A schema for each kind of thing that a schema can hold. */
export interface SampleSchema {
  readonly name: string;
  readonly text: string;
}

const decimal = (precision: number, scale: number) => ({ type: "bytes", logicalType: "decimal", precision, scale });
const logical = (type: string, logicalType: string) => ({ type, logicalType });
const record = (name: string, fields: readonly object[]) => ({ type: "record", name, fields });
const fixed = (name: string, size: number, more: object = {}) => ({ type: "fixed", name, size, ...more });

/** Fields `a`, `b` … of these types. */
function fieldsOf(...types: readonly unknown[]): object[] {
  return types.map((type, i) => ({ name: `f${i}`, type }));
}

function sample(name: string, fields: readonly object[]): SampleSchema {
  return { name, text: JSON.stringify({ ...record("Sample", fields), namespace: `samples.${name}` }) };
}

/** Every type of Avro and every logical type of the value mapping, alone and within each other. */
export const sampleSchemas: readonly SampleSchema[] = [
  sample("primitives", fieldsOf("null", "boolean", "int", "long", "float", "double", "string", "bytes")),
  sample(
    "logical_types",
    fieldsOf(
      ...["timestamp-millis", "timestamp-micros", "local-timestamp-millis", "local-timestamp-micros"].map((type) =>
        logical("long", type),
      ),
      logical("string", "uuid"),
      fixed("Uuid", 16, { logicalType: "uuid" }),
      logical("int", "date"),
      logical("long", "time-micros"),
    ),
  ),
  sample(
    "decimals",
    fieldsOf(
      ...[1, 2, 4, 5, 9, 10, 12, 18, 19, 20, 38, 76].map((precision) => decimal(precision, precision >> 1)),
      fixed("Small", 1, { logicalType: "decimal", precision: 2, scale: 0 }),
      fixed("Eight", 8, { logicalType: "decimal", precision: 18, scale: 18 }),
      fixed("Nine", 9, { logicalType: "decimal", precision: 20, scale: 2 }),
      fixed("Wide", 33, { logicalType: "decimal", precision: 70, scale: 9 }),
    ),
  ),
  sample(
    "collections",
    fieldsOf(
      { type: "array", items: "string" },
      { type: "array", items: { type: "array", items: ["null", "long"] } },
      { type: "map", values: decimal(6, 2) },
      { type: "map", values: { type: "array", items: record("Line", fieldsOf("string", "int")) } },
      { type: "array", items: { type: "map", values: "Line" } },
    ),
  ),
  sample(
    "enums_and_fixed",
    fieldsOf(
      { type: "enum", name: "Colour", symbols: ["RED", "green", "Blue_1"], default: "RED" },
      { type: "enum", name: "Many", symbols: Array.from({ length: 70 }, (_, i) => `S${i}`) },
      fixed("Hash", 32),
      { type: "array", items: "Colour" },
      ["null", "Hash"],
    ),
  ),
  sample(
    "nullable",
    fieldsOf(
      ...["boolean", "int", "long", "float", "double", "string", "bytes"].flatMap((type) => [
        ["null", type],
        [type, "null"],
      ]),
      ["null", logical("long", "timestamp-millis")],
      [decimal(9, 3), "null"],
      ["null", { type: "array", items: ["null", "string"] }],
      ["null", { type: "map", values: ["null", "string"] }],
      ["null", record("Inner", fieldsOf("int"))],
    ),
  ),
  sample(
    "unions",
    fieldsOf(
      ["null", "boolean", "long", "string", "bytes", "double", { type: "array", items: "int" }],
      ["string", logical("long", "timestamp-millis"), decimal(4, 2), record("Alone", fieldsOf("string"))],
      [
        "null",
        record("Card", [...fieldsOf("string"), { name: "next", type: ["null", "Sample"] }]),
        record("Cash", fieldsOf("int")),
      ],
      ["int", { type: "map", values: "Cash" }],
      [{ type: "map", values: "string" }, record("Tagged", fieldsOf("long"))],
      ["string"],
    ),
  ),
  // By its type, anything but null is such a record.
  sample(
    "beside_empty_record",
    fieldsOf(
      [fixed("Three", 3), { type: "array", items: "long" }, record("C", [])],
      ["C", { type: "array", items: ["null", "string"] }, "null"],
      ["null", "C", { type: "array", items: "C" }],
      ["boolean", "int", "string", "bytes", "C"],
      ["C", { type: "enum", name: "Suit", symbols: ["A", "B"] }, "long", "double"],
      ["C", logical("string", "uuid"), "Suit", "float"],
      ["C", logical("long", "timestamp-millis"), decimal(4, 2)],
      ["C", "double", fixed("Four", 4)],
    ),
  ),
  sample("recursion", [
    { name: "value", type: "int" },
    { name: "next", type: ["null", "Sample"] },
    {
      name: "tree",
      type: { type: "array", items: record("Node", [{ name: "children", type: { type: "array", items: "Node" } }]) },
    },
    { name: "byName", type: { type: "map", values: ["null", "Node"] } },
  ]),
  sample("zero_width", [
    { name: "nothings", type: { type: "array", items: "null" } },
    { name: "empties", type: { type: "array", items: record("Empty", []) } },
    { name: "nested", type: { type: "array", items: record("Nested", [{ name: "empty", type: "Empty" }]) } },
    { name: "last", type: "int" },
  ]),
];
