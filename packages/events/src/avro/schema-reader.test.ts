import { describe, expect, it } from "@jest/globals";
import { DecodeError } from "../errors.ts";
import { readRecordSchema, readSchema } from "./schema-reader.ts";
import { type AvroType, isZeroWidth, type RecordType } from "./schema-type.ts";

const read = (schema: unknown) => readSchema(JSON.stringify(schema));
const record = (name: string, fields: readonly object[], more: object = {}) => ({
  type: "record",
  name,
  fields,
  ...more,
});

function fieldType(schema: unknown, index = 0): AvroType {
  return (read(schema) as RecordType).fields[index]!.type;
}

describe("names", () => {
  it("takes the namespace of the enclosing record, or its own, or that of a dotted name", () => {
    const schema = record(
      "Outer",
      [
        { name: "a", type: record("A", []) },
        { name: "b", type: record("B", [], { namespace: "other" }) },
        { name: "c", type: record("third.C", [{ name: "d", type: record("D", []) }]) },
        { name: "e", type: record("E", [], { namespace: "" }) },
        { name: "again", type: ["A", "other.B", "third.D", "E"] },
      ],
      { namespace: "first" },
    );
    const union = fieldType(schema, 4);
    const names = union.kind === "union" && union.branches.map((branch) => "fullName" in branch && branch.fullName);
    expect(names).toEqual(["first.A", "other.B", "third.D", "E"]);
  });

  it("qualifies aliases as their type", () => {
    const schema = record("New", [], { namespace: "here", aliases: ["Old", "there.Older"] });
    expect(read(schema)).toMatchObject({ aliases: ["here.Old", "there.Older"] });
  });
});

describe("logical types", () => {
  it.each([
    { schema: { type: "long", logicalType: "timestamp-millis" }, type: { kind: "long", timestamp: "millis" } },
    { schema: { type: "long", logicalType: "local-timestamp-micros" }, type: { kind: "long", timestamp: "micros" } },
    { schema: { type: "long", logicalType: "timestamp-nanos" }, type: { kind: "long", timestamp: null } },
    { schema: { type: "int", logicalType: "date" }, type: { kind: "int" } },
    { schema: { type: "string", logicalType: "uuid" }, type: { kind: "string", uuid: true } },
    { schema: { type: "bytes", logicalType: "decimal", precision: 4 }, type: { decimal: { precision: 4, scale: 0 } } },
    // Invalid: as if it were not there.
    { schema: { type: "bytes", logicalType: "decimal", precision: 4, scale: 5 }, type: { decimal: null } },
    { schema: { type: "bytes", logicalType: "decimal", precision: 0 }, type: { decimal: null } },
    { schema: { type: "bytes", logicalType: "decimal", scale: 2 }, type: { decimal: null } },
    {
      schema: { type: "fixed", name: "F", size: 2, logicalType: "decimal", precision: 4 },
      type: { decimal: { precision: 4 } },
    },
    { schema: { type: "fixed", name: "F", size: 2, logicalType: "decimal", precision: 5 }, type: { decimal: null } },
    { schema: { type: "fixed", name: "F", size: 15, logicalType: "uuid" }, type: { uuid: false } },
    { schema: { type: "int", logicalType: "timestamp-millis" }, type: { kind: "int" } },
  ])("reads $schema", ({ schema, type }) => {
    expect(read(schema)).toMatchObject(type);
  });
});

it("keeps defaults beyond what a number holds exactly", () => {
  const text = '{"type":"record","name":"R","fields":[{"name":"a","type":"long","default":9223372036854775807}]}';
  expect(readRecordSchema(text).fields[0]?.default).toBe(9223372036854775807n);
});

it("tags records that share a union with records or maps, by full name where names collide", () => {
  const item = (namespace: string) => record("Item", [], { namespace });
  const schema = record("R", [
    { name: "alone", type: ["null", record("Alone", [])] },
    { name: "two", type: [record("Left", []), record("Right", [])] },
    { name: "map", type: [record("BesideMap", []), { type: "map", values: "int" }] },
    { name: "same", type: [item("a"), item("b")] },
  ]);
  const tags = (index: number) => {
    const type = fieldType(schema, index);
    return type.kind === "union" ? type.branches.map((branch) => branch.kind === "record" && branch.tag) : [];
  };
  expect([tags(0), tags(1), tags(2), tags(3)]).toEqual([
    [false, null],
    ["Left", "Right"],
    ["BesideMap", false],
    ["a.Item", "b.Item"],
  ]);
});

it("marks one record of every circle as recursive", () => {
  const list = read(record("Node", [{ name: "next", type: ["null", "Node"] }]));
  expect(list).toMatchObject({ recursive: true });
  expect(
    read(
      record("Flat", [
        { name: "a", type: record("A", []) },
        { name: "b", type: "A" },
      ]),
    ),
  ).toMatchObject({ recursive: false });
});

it("knows which types take no bytes", () => {
  expect(isZeroWidth(read("null"))).toBe(true);
  expect(isZeroWidth(read(record("R", [{ name: "a", type: record("Empty", []) }])))).toBe(true);
  expect(isZeroWidth(read(["null"]))).toBe(false);
  expect(isZeroWidth(read({ type: "array", items: "null" }))).toBe(false);
  expect(isZeroWidth(read(record("Endless", [{ name: "self", type: "Endless" }])))).toBe(false);
});

it.each([
  { name: "text that is not JSON", text: "{", message: "it is not JSON" },
  { name: "an unknown type", text: '"Nowhere"', message: 'type "Nowhere" is not defined before it is used' },
  { name: "a number", text: "5", message: "a type is neither a name, nor a list, nor an object" },
  { name: "a record without fields", text: '{"type":"record","name":"R"}', message: "record R has no list of fields" },
  { name: "a type without a name", text: '{"type":"enum","symbols":[]}', message: "a type of kind enum has no name" },
  { name: "a fixed without a size", text: '{"type":"fixed","name":"F"}', message: "fixed F has no size" },
  {
    name: "two types of one name",
    text: `[${'{"type":"fixed","name":"F","size":1},'.repeat(2).slice(0, -1)}]`,
    message: "type F is defined twice",
  },
  {
    name: "10,000 levels",
    text: '{"type":"array","items":'.repeat(10_000) + '"int"' + "}".repeat(10_000),
    message: "nested deeper than 500 levels",
  },
])("refuses $name", ({ text, message }) => {
  expect(() => readSchema(text)).toThrow(message);
  try {
    readSchema(text);
  } catch (error) {
    expect(DecodeError.is(error) && error.code).toBe("SCHEMA_UNREADABLE");
  }
});

it("takes only a record for an event", () => {
  expect(() => readRecordSchema('"string"')).toThrow("an event's schema is a record, not string");
});
