import { hostileSchema, sampleSchemas } from "@waybill/codec-conformance";

/** Two versions of an event, the newer of which reads what the older wrote. */
export interface EvolvedSchema {
  readonly name: string;
  readonly writer: string;
  readonly reader: string;
  /** Why avsc is no reference for it; undefined where it is. */
  readonly apart?: string;
}

interface SchemaJson {
  readonly fields: readonly object[];
}

const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const record = (name: string, fields: readonly object[], more: object = {}) => ({
  type: "record",
  name,
  fields,
  ...more,
});
const enumOf = (name: string, symbols: readonly string[], more: object = {}) => ({
  type: "enum",
  name,
  symbols,
  ...more,
});
const fixed = (name: string, size: number, more: object = {}) => ({ type: "fixed", name, size, ...more });
const decimal = (precision: number, scale: number) => ({ type: "bytes", logicalType: "decimal", precision, scale });
const timestamp = (unit: string) => ({ type: "long", logicalType: `timestamp-${unit}` });

function text(fields: readonly object[]): string {
  return JSON.stringify(record("Evolved", fields, { namespace: "samples.pair" }));
}

function evolved(name: string, writer: readonly object[], reader: readonly object[]): EvolvedSchema {
  return { name, writer: text(writer), reader: text(reader) };
}

/** One field that becomes another type, beside one that stays. */
function retyped(writer: unknown, reader: unknown): [readonly object[], readonly object[]] {
  const before = field("before", "string");
  const after = field("after", "int");
  return [
    [before, field("changed", writer), after],
    [before, field("changed", reader), after],
  ];
}

const item = (fields: readonly object[], more: object = {}) => record("Item", fields, more);
const node = (fields: readonly object[]) => record("Node", [...fields, field("next", ["null", "Node"])]);

/** A writer whose fields all stand elsewhere in the bytes, though none of them differs. */
function withOneMore(schemaText: string): string {
  const { fields, ...rest } = JSON.parse(schemaText) as SchemaJson;
  return JSON.stringify({ ...rest, fields: [field("passedOver", "string"), ...fields] });
}

const hostileNames = ["__proto__", "constructor", "class", "input", "steps", "step", "field0", "read"];

const longsInAvsc = "avsc promotes a long by way of a double, and reads -2^63 as 2^63";
const unionsInAvsc =
  "avsc takes the first branch that a promotion leads to, where Apache's Java takes the same type first";

/** Every kind of change that Avro resolves. */
export const evolvedSchemas: readonly EvolvedSchema[] = [
  evolved("int to long", ...retyped("int", "long")),
  evolved("int to float", ...retyped("int", "float")),
  evolved("int to double", ...retyped("int", "double")),
  { ...evolved("long to float", ...retyped("long", "float")), apart: longsInAvsc },
  { ...evolved("long to double", ...retyped("long", "double")), apart: longsInAvsc },
  evolved("float to double", ...retyped("float", "double")),
  evolved("string to bytes", ...retyped("string", "bytes")),
  evolved("long to timestamp", ...retyped("int", timestamp("millis"))),
  evolved("more digits", ...retyped(decimal(4, 2), decimal(20, 2))),
  evolved("bytes to decimal", ...retyped(decimal(9, 0), { ...decimal(9, 0), precision: 30 })),
  evolved("a type to a nullable one", ...retyped("string", ["null", "string"])),
  evolved("a type to a union with its promotion", ...retyped("int", ["null", "long"])),
  evolved("a union to a wider one", ...retyped(["null", "int"], ["null", "string", "int"])),
  evolved("a union in another order", ...retyped(["null", "string", "long"], ["long", "string", "null"])),
  evolved("items of arrays", ...retyped({ type: "array", items: "int" }, { type: "array", items: "long" })),
  evolved("values of maps", ...retyped({ type: "map", values: "float" }, { type: "map", values: "double" })),
  evolved("symbols in another order", ...retyped(enumOf("E", ["A", "B", "C"]), enumOf("E", ["C", "B", "A"]))),
  evolved(
    "a symbol that the reader does not know",
    ...retyped(enumOf("E", ["A", "B"]), enumOf("E", ["A", "X"], { default: "X" })),
  ),
  evolved(
    "fields in another order",
    [field("a", "string"), field("b", "long"), field("c", fixed("F", 3))],
    [field("c", fixed("F", 3)), field("a", "string"), field("b", "long")],
  ),
  evolved(
    "fields passed over",
    [
      ...["boolean", "int", "long", "float", "double", "string", "bytes"].map((type, i) => field(`skip${i}`, type)),
      field("skipArray", { type: "array", items: ["null", "string"] }),
      field("skipMap", { type: "map", values: fixed("F", 2) }),
      field("skipNode", node([field("value", "long")])),
      field("stays", "string"),
    ],
    [field("stays", "string")],
  ),
  evolved(
    "defaults of every kind",
    [field("stays", "string")],
    [
      field("flag", "boolean", { default: true }),
      field("count", "long", { default: 9007199254740991 }),
      field("stays", "string"),
      field("ratio", "double", { default: 0.5 }),
      field("word", "string", { default: "häß\u2028" }),
      field("bytes", "bytes", { default: "\u00ff\u0000" }),
      field("none", ["null", "string"], { default: null }),
      field("list", { type: "array", items: "int" }, { default: [1, 2] }),
      field("map", { type: "map", values: "long" }, { default: { a: 1 } }),
      field("suit", enumOf("Suit", ["A", "B"]), { default: "B" }),
      field("item", item([field("a", "int"), field("b", "string", { default: "b" })]), { default: { a: 1 } }),
      field("price", decimal(9, 2), { default: "\u0001\u0000" }),
      field("at", timestamp("millis"), { default: 1000 }),
    ],
  ),
  evolved(
    "a field by its alias",
    [field("old", "string"), field("other", "int")],
    [field("other", "long"), field("new", "string", { aliases: ["old"] })],
  ),
  evolved(
    "a record within by its alias",
    [field("item", record("Line", [field("a", "int"), field("gone", "string")]))],
    [field("item", item([field("a", "long")], { aliases: ["Line"] }))],
  ),
  evolved(
    "records within arrays, maps and unions",
    [
      field("one", item([field("a", "int"), field("b", "string")])),
      field("list", { type: "array", items: "Item" }),
      field("map", { type: "map", values: ["null", "Item"] }),
    ],
    [
      field("one", item([field("b", "string"), field("c", "int", { default: 3 }), field("a", "long")])),
      field("map", { type: "map", values: ["null", "Item"] }),
      field("list", { type: "array", items: "Item" }),
    ],
  ),
  evolved(
    "a record that holds itself",
    [field("node", node([field("value", "int"), field("gone", "string")]))],
    [field("node", node([field("label", "string", { default: "none" }), field("value", "long")]))],
  ),
  evolved(
    "a record that stays beside one that changes",
    [
      field("same", item([field("a", "int")])),
      field("other", record("Other", [field("item", "Item"), field("x", "int")])),
    ],
    [
      field("same", item([field("a", "int")])),
      field("other", record("Other", [field("x", "long"), field("item", "Item")])),
    ],
  ),
  evolved(
    "a union of records, one of which changes",
    [field("channel", [record("Web", [field("a", "string")]), record("Shop", [field("b", "int")])])],
    [
      field("channel", [
        record("Shop", [field("c", "string", { default: "" }), field("b", "long")]),
        record("Web", [field("a", "string")]),
      ]),
    ],
  ),
  {
    ...evolved(
      "names that mean something to JavaScript",
      hostileNames.map((name) => field(name, "int")),
      hostileNames.toReversed().map((name) => field(name, "long")),
    ),
    apart: "avsc has no field __proto__",
  },
  {
    name: "hostile names behind a field more",
    writer: withOneMore(hostileSchema),
    reader: hostileSchema,
    apart: "avsc has no field __proto__",
  },
  ...sampleSchemas.map(({ name, text: reader }) => ({
    name: `${name} behind a field more`,
    writer: withOneMore(reader),
    reader,
    ...(reader.includes('"Card"') || reader.includes('"Suit"') ? { apart: unionsInAvsc } : {}),
  })),
  {
    ...evolved("a timestamp's unit", ...retyped(timestamp("micros"), timestamp("millis"))),
    apart: "avsc knows no units",
  },
];
