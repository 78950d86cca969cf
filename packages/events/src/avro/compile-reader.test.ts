import { describe, expect, it } from "@jest/globals";
import { Decimal } from "../decimal.ts";
import { DecodeError } from "../errors.ts";
import { readWhole } from "./avro-input.ts";
import { collectBytes } from "./avro-output.ts";
import { compileReader } from "./compile-reader.ts";
import { compileWriter } from "./compile-writer.ts";
import { readSchema } from "./schema-reader.ts";

const record = (name: string, fields: readonly object[], more: object = {}) => ({
  type: "record",
  name,
  fields,
  ...more,
});
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const enumOf = (symbols: readonly string[], more: object = {}) => ({ type: "enum", name: "E", symbols, ...more });
const decimal = (precision: number, scale: number) => ({ type: "bytes", logicalType: "decimal", precision, scale });
const timestamp = (unit: string) => ({ type: "long", logicalType: `timestamp-${unit}` });

/** Writes a value with one schema and reads it with another. */
function resolve(writer: unknown, reader: unknown, value: unknown): unknown {
  const writerType = readSchema(JSON.stringify(writer));
  const read = compileReader(writerType, readSchema(JSON.stringify(reader)));
  return readWhole(read, collectBytes(compileWriter(writerType), value), "Test");
}

const date = new Date("2026-11-21T10:00:00.123Z");
const node = (more: readonly object[] = []) =>
  record("Node", [field("value", "int"), field("next", ["null", "Node"]), ...more]);

describe("what resolves", () => {
  it.each<{ name: string; writer: unknown; reader: unknown; value: unknown; read: unknown }>([
    { name: "int to long", writer: "int", reader: "long", value: -3, read: -3n },
    { name: "int to float", writer: "int", reader: "float", value: 16777217, read: 16777216 },
    { name: "int to double", writer: "int", reader: "double", value: -3, read: -3 },
    { name: "long to float", writer: "long", reader: "float", value: 16777217n, read: 16777216 },
    { name: "long to double", writer: "long", reader: "double", value: 2n ** 60n, read: 2 ** 60 },
    { name: "float to double", writer: "float", reader: "double", value: 0.5, read: 0.5 },
    { name: "string to bytes", writer: "string", reader: "bytes", value: "é", read: Uint8Array.of(0xc3, 0xa9) },
    { name: "bytes to string", writer: "bytes", reader: "string", value: Uint8Array.of(0xc3, 0xa9), read: "é" },
    { name: "int to timestamp", writer: "int", reader: timestamp("millis"), value: 5, read: new Date(5) },
    { name: "long to timestamp", writer: "long", reader: timestamp("micros"), value: -1n, read: new Date(-1) },
    {
      name: "timestamp to long",
      writer: timestamp("millis"),
      reader: "long",
      value: date,
      read: BigInt(date.getTime()),
    },
    {
      name: "micros to millis, the same instant",
      writer: timestamp("micros"),
      reader: timestamp("millis"),
      value: date,
      read: date,
    },
    {
      name: "bytes to decimal",
      writer: "bytes",
      reader: decimal(4, 2),
      value: Uint8Array.of(0xff),
      read: new Decimal(-1n, 2),
    },
    {
      name: "decimal to more digits",
      writer: decimal(4, 2),
      reader: decimal(9, 2),
      value: new Decimal(5n, 2),
      read: new Decimal(5n, 2),
    },
    { name: "a string into a union", writer: "string", reader: ["null", "string"], value: "a", read: "a" },
    {
      name: "an int into a union's first promotion",
      writer: "int",
      reader: ["null", "double", "long"],
      value: 1,
      read: 1,
    },
    { name: "an int into a union that has int too", writer: "int", reader: ["long", "int"], value: 1, read: 1 },
    { name: "a union's branch into a plain type", writer: ["null", "int"], reader: "long", value: 1, read: 1n },
    {
      name: "a union to a wider union",
      writer: ["null", "int"],
      reader: ["string", "long", "null"],
      value: 1,
      read: 1n,
    },
    {
      name: "items of arrays",
      writer: { type: "array", items: "int" },
      reader: { type: "array", items: "long" },
      value: [1, 2],
      read: [1n, 2n],
    },
    {
      name: "values of maps",
      writer: { type: "map", values: "int" },
      reader: { type: "map", values: "double" },
      value: { a: 1 },
      read: { a: 1 },
    },
    { name: "enums in another order", writer: enumOf(["A", "B"]), reader: enumOf(["B", "A"]), value: "A", read: "A" },
    {
      name: "an unknown symbol to the default",
      writer: enumOf(["A", "B"]),
      reader: enumOf(["B", "X"], { default: "X" }),
      value: "A",
      read: "X",
    },
    {
      name: "an enum by alias",
      writer: enumOf(["A"]),
      reader: { type: "enum", name: "F", aliases: ["E"], symbols: ["A"] },
      value: "A",
      read: "A",
    },
  ])("$name", ({ writer, reader, value, read }) => {
    expect(resolve(writer, reader, value)).toEqual(read);
  });

  it("reorders, skips and adds fields", () => {
    const skipped = ["null", "boolean", "int", "long", "float", "double", "string", "bytes", enumOf(["A"])].map(
      (type, i) => field(`skipped${i}`, type),
    );
    const containers = [
      field("array", { type: "array", items: ["null", "int"] }),
      field("map", { type: "map", values: { type: "fixed", name: "F", size: 2 } }),
      field("list", node()),
    ];
    const writer = record("R", [field("first", "string"), ...skipped, ...containers, field("last", "int")]);
    const reader = record("R", [
      field("last", "long"),
      field("added", "string", { default: "new" }),
      field("first", "string"),
    ]);
    const value = {
      ...Object.fromEntries(
        skipped.map(({ name }, i) => [name, [null, true, 300, 1n, 1, 1, "s", Uint8Array.of(1), "A"][i]]),
      ),
      first: "a",
      array: [null, 1, null],
      map: { a: Uint8Array.of(1, 2), b: Uint8Array.of(3, 4) },
      list: { value: 1, next: { value: 2, next: null } },
      last: 7,
    };
    const read = resolve(writer, reader, value);
    expect(read).toEqual({ last: 7n, added: "new", first: "a" });
    expect(Object.keys(read as object)).toEqual(["last", "added", "first"]);
  });

  it("finds records and fields by the reader's aliases, fields by their name first", () => {
    const writer = record("Old", [field("a", "int"), field("b", "int")], { namespace: "n" });
    const reader = record("New", [field("b", "int"), field("c", "int", { aliases: ["b", "a"] })], {
      namespace: "n",
      aliases: ["Old"],
    });
    expect(resolve(writer, reader, { a: 1, b: 2 })).toEqual({ b: 2, c: 1 });
  });

  it("ignores namespaces of record names", () => {
    const fields = [field("a", "int")];
    expect(resolve(record("R", fields, { namespace: "x" }), record("R", fields, { namespace: "y" }), { a: 1 })).toEqual(
      { a: 1 },
    );
  });

  it("resolves records that hold themselves, with the reader's own fields and tags at every depth", () => {
    const value = { value: 1, next: { value: 2, next: null } };
    const more = [field("label", "string", { default: "none" })];
    expect(resolve(node(), node(more), value)).toEqual({
      value: 1,
      label: "none",
      next: { value: 2, label: "none", next: null },
    });
    const tagged = record("Node", [field("value", "int"), field("next", ["null", "Node", record("End", [])])]);
    expect(resolve(node(), tagged, value)).toEqual({
      $type: "Node",
      value: 1,
      next: { $type: "Node", value: 2, next: null },
    });
  });

  it("has fields called __proto__ as data", () => {
    const writer = record("R", [field("__proto__", "string"), field("b", { type: "map", values: "int" })]);
    const reader = record("R", [
      field("b", { type: "map", values: "long" }),
      field("__proto__", "string"),
      field("c", "int", { default: 1 }),
    ]);
    const value = JSON.parse('{ "__proto__": "p", "b": { "__proto__": 5 } }') as object;
    const read = resolve(writer, reader, value) as { b: object };
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.entries(read)).toEqual([
      ["b", read.b],
      ["__proto__", "p"],
      ["c", 1],
    ]);
    expect(Object.entries(read.b)).toEqual([["__proto__", 5n]]);
  });
});

describe("defaults", () => {
  const item = record("Item", [field("a", "int"), field("b", "string", { default: "b" })]);
  it.each<{ type: unknown; json: unknown; value: unknown }>([
    { type: "null", json: null, value: null },
    { type: "boolean", json: true, value: true },
    { type: "int", json: -1, value: -1 },
    { type: "long", json: -1, value: -1n },
    { type: "float", json: 1.1, value: Math.fround(1.1) },
    { type: "double", json: 5, value: 5 },
    { type: "string", json: "text", value: "text" },
    { type: "bytes", json: "\u00ff\u0000", value: Uint8Array.of(255, 0) },
    { type: { type: "fixed", name: "F", size: 1 }, json: "\u0080", value: Uint8Array.of(128) },
    {
      type: { type: "fixed", name: "U", size: 16, logicalType: "uuid" },
      json: "\u0000".repeat(16),
      value: "00000000-0000-0000-0000-000000000000",
    },
    { type: decimal(4, 2), json: "\u00ff", value: new Decimal(-1n, 2) },
    { type: timestamp("millis"), json: 1000, value: new Date(1000) },
    { type: timestamp("micros"), json: 1500, value: new Date(1) },
    { type: enumOf(["A", "B"]), json: "B", value: "B" },
    { type: ["null", "string"], json: null, value: null },
    { type: ["null", "string"], json: "any branch", value: "any branch" },
    {
      type: { type: "array", items: item },
      json: [{ a: 1 }, { a: 2, b: "c" }],
      value: [
        { a: 1, b: "b" },
        { a: 2, b: "c" },
      ],
    },
    { type: { type: "map", values: ["null", "long"] }, json: { x: 1, y: null }, value: { x: 1n, y: null } },
    { type: [item, record("Other", [])], json: { a: 1 }, value: { $type: "Item", a: 1, b: "b" } },
  ])("reads $json as $type", ({ type, json, value }) => {
    const reader = record("R", [field("f", type, { default: json })]);
    expect(resolve(record("R", []), reader, {})).toEqual({ f: value });
  });

  it("are made afresh for every value", () => {
    const writer = readSchema(JSON.stringify(record("R", [])));
    const types = {
      list: { type: "array", items: "int" },
      map: { type: "map", values: "int" },
      bytes: "bytes",
      at: timestamp("millis"),
    };
    const defaults = { list: [1], map: { a: 1 }, bytes: "a", at: 0 };
    const fields = Object.entries(types).map(([name, type]) =>
      field(name, type, { default: defaults[name as keyof typeof defaults] }),
    );
    const read = compileReader(writer, readSchema(JSON.stringify(record("R", fields))));
    const first = readWhole(read, new Uint8Array(), "R") as Record<string, unknown>;
    const second = readWhole(read, new Uint8Array(), "R") as Record<string, unknown>;
    expect(second).toEqual(first);
    for (const name of Object.keys(types)) expect(second[name]).not.toBe(first[name]);
  });

  it("do no harm when they are bad and not needed", () => {
    const schema = record("R", [field("a", "int", { default: "bad" })]);
    expect(resolve(schema, schema, { a: 1 })).toEqual({ a: 1 });
  });
});

describe("what does not resolve", () => {
  it.each<{ name: string; writer: unknown; reader: unknown; message: string }>([
    { name: "long to int", writer: "long", reader: "int", message: "the writer has long, the reader int" },
    { name: "double to float", writer: "double", reader: "float", message: "the writer has double, the reader float" },
    {
      name: "another record",
      writer: record("A", []),
      reader: record("B", []),
      message: "the writer has record A, the reader record B",
    },
    {
      name: "another size of fixed",
      writer: { type: "fixed", name: "F", size: 1 },
      reader: { type: "fixed", name: "F", size: 2 },
      message: "the writer's fixed has 1 bytes, the reader's 2",
    },
    {
      name: "another scale",
      writer: decimal(4, 2),
      reader: decimal(4, 3),
      message: "the writer's decimal has scale 2, the reader's 3",
    },
    {
      name: "no branch",
      writer: "string",
      reader: ["null", "int"],
      message: "the writer has string, the reader union",
    },
    {
      name: "a field without default",
      writer: record("R", []),
      reader: record("R", [field("f", "int")]),
      message: "field f of R is not in the writer's schema and has no default",
    },
    {
      name: "a bad default",
      writer: record("R", []),
      reader: record("R", [field("f", "int", { default: "x" })]),
      message: "its default does not fit its type",
    },
    {
      name: "a default that never ends",
      writer: record("R", []),
      reader: record("R", [field("f", record("N", [field("n", "N", { default: {} })]), { default: {} })]),
      message: "its default does not fit its type",
    },
    {
      name: "deep within",
      writer: record("R", [field("items", { type: "array", items: record("Item", [field("price", "string")]) })]),
      reader: record("R", [field("items", { type: "array", items: record("Item", [field("price", "int")]) })]),
      message: "items[].price: the writer has string, the reader int",
    },
    {
      name: "two fields of one alias list",
      writer: record("R", [field("a", "int"), field("b", "int")]),
      reader: record("R", [field("c", "int", { aliases: ["a", "b"] })]),
      message: "aliases of field c name 2 fields of the writer",
    },
    {
      name: "a union all of whose branches fail",
      writer: ["string", "bytes"],
      reader: "int",
      message: "the writer has string, the reader int",
    },
  ])("$name", ({ writer, reader, message }) => {
    const compile = () => compileReader(readSchema(JSON.stringify(writer)), readSchema(JSON.stringify(reader)));
    expect(compile).toThrow(message);
    try {
      compile();
    } catch (error) {
      expect(DecodeError.is(error) && error.code).toBe("SCHEMAS_UNRESOLVABLE");
    }
  });

  it("fails for a branch or symbol only when a message brings it", () => {
    expect(resolve(["null", "string"], ["null", "int"], null)).toBeNull();
    expect(() => resolve(["null", "string"], ["null", "int"], "a")).toThrow("the writer has string, the reader union");
    expect(resolve(enumOf(["A", "B"]), enumOf(["B"]), "B")).toBe("B");
    expect(() => resolve(enumOf(["A", "B"]), enumOf(["B"]), "A")).toThrow(
      "enum E of the reader has neither symbol A nor a default",
    );
  });

  it("fails the same way each time within records that hold themselves", () => {
    const bad = (type: string) =>
      record("Node", [field("v", type), field("next", ["null", "Node", record("Box", [field("node", "Node")])])]);
    const outer = (type: string) => record("R", [field("maybe", ["null", bad(type)]), field("again", ["null", "Box"])]);
    const value = { maybe: null, again: { $type: "Box", node: { $type: "Node", v: "x", next: null } } };
    expect(resolve(outer("string"), outer("int"), { maybe: null, again: null })).toEqual({ maybe: null, again: null });
    expect(() => resolve(outer("string"), outer("int"), value)).toThrow(
      /the writer has string, the reader int|do not resolve/,
    );
  });
});
