import { describe, expect, it } from "@jest/globals";
import type { Schema } from "../model/schema.ts";
import { parseSchemaOrThrow } from "../parse/parse-schema.ts";
import { checkCompatibility } from "./check-compatibility.ts";
import { rootCauses } from "./incompatibility.ts";

function parse(schema: unknown): Schema {
  return parseSchemaOrThrow(JSON.stringify(schema)).schema;
}

const record = (name: string, ...fields: unknown[]) => ({ type: "record", name, fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const symbols = (...all: string[]) => ({ type: "enum", name: "E", symbols: all });
const fixed = (size: number) => ({ type: "fixed", name: "F", size });
const lines = (...fields: unknown[]) =>
  record("R", field("lines", { type: "array", items: ["null", record("Line", ...fields)] }));

/** Two schemas that do not fit, what each could do about it, and both as they are when it did that. */
const cases: readonly {
  readonly what: string;
  readonly reader: unknown;
  readonly writer: unknown;
  readonly path: string;
  readonly remedies: { readonly reader: string; readonly writer: string };
  readonly readers: readonly unknown[];
  readonly writers: readonly unknown[];
}[] = [
  {
    what: "a field that the writer lacks",
    reader: record("R", field("b", "string")),
    writer: record("R"),
    path: "b",
    remedies: { reader: "add a default", writer: 'keep the field "b"' },
    readers: [record("R", field("b", "string", { default: "" }))],
    writers: [record("R", field("b", "string"))],
  },
  {
    what: "a renamed field",
    reader: record("R", field("total", "int"), field("id", "string")),
    writer: record("R", field("amount", "int"), field("id", "string")),
    path: "total",
    remedies: { reader: 'add a default, or the alias "amount" if it was renamed', writer: 'keep the field "total"' },
    readers: [
      record("R", field("total", "int", { default: 0 })),
      record("R", field("total", "int", { aliases: ["amount"] })),
    ],
    writers: [record("R", field("amount", "int"), field("total", "int"), field("id", "string"))],
  },
  {
    what: "another type, in a record of a union in an array",
    reader: lines(field("price", "int")),
    writer: lines(field("price", "double")),
    path: "lines[].price",
    remedies: {
      reader: "keep double, and give int a field of its own",
      writer: "keep int, and give double a field of its own",
    },
    readers: [lines(field("price", "double"), field("whole", "int", { default: 0 }))],
    writers: [lines(field("price", "int"), field("exact", "double"))],
  },
  {
    what: "a field that is required now",
    reader: record("R", field("a", "string")),
    writer: record("R", field("a", ["null", "string"])),
    path: "a",
    remedies: { reader: "keep it nullable", writer: "keep null out of it" },
    readers: [record("R", field("a", ["null", "string"]))],
    writers: [record("R", field("a", "string"))],
  },
  {
    what: "symbols",
    reader: record("R", field("e", symbols("A"))),
    writer: record("R", field("e", symbols("A", "B", "C"))),
    path: "e",
    remedies: {
      reader: 'add what is missing, or a "default" symbol',
      writer: 'leave B, C out, as the reader\'s enum has no "default" symbol',
    },
    readers: [
      record("R", field("e", symbols("A", "B", "C"))),
      record("R", field("e", { ...symbols("A"), default: "A" })),
    ],
    writers: [record("R", field("e", symbols("A")))],
  },
  {
    what: "a size",
    reader: fixed(4),
    writer: fixed(8),
    path: "",
    remedies: { reader: "keep the size 8", writer: "keep the size 4" },
    readers: [fixed(8)],
    writers: [fixed(4)],
  },
  {
    what: "a renamed type",
    reader: record("R", field("a", record("n.Addr"))),
    writer: record("R", field("a", record("n.Address"))),
    path: "a",
    remedies: { reader: 'keep the name, or give n.Addr the alias "n.Address"', writer: "keep the name n.Addr" },
    readers: [
      record("R", field("a", record("n.Address"))),
      record("R", field("a", { ...record("n.Addr"), aliases: ["n.Address"] })),
    ],
    writers: [record("R", field("a", record("n.Addr")))],
  },
  {
    what: "a union that lost a record",
    reader: record("R", field("p", ["null", record("Card")])),
    writer: record("R", field("p", ["null", record("Card"), record("Cash")])),
    path: "p",
    remedies: {
      reader: 'add record Cash to the union, or "Cash" as an alias to the branch that replaces it',
      writer: "keep to the types of the reader's union",
    },
    readers: [
      record("R", field("p", ["null", record("Card"), record("Cash")])),
      record("R", field("p", ["null", { ...record("Card"), aliases: ["Cash"] }])),
    ],
    writers: [record("R", field("p", ["null", record("Card")]))],
  },
  {
    what: "a union that lost a simple type",
    reader: record("R", field("p", ["null", "int"])),
    writer: record("R", field("p", ["null", "int", "string"])),
    path: "p",
    remedies: { reader: "add string to the union", writer: "keep to the types of the reader's union" },
    readers: [record("R", field("p", ["null", "int", "string"]))],
    writers: [record("R", field("p", ["null", "int"]))],
  },
  {
    what: "an alias that finds two fields",
    reader: record("R", field("b", "int", { aliases: ["a"] })),
    writer: record("R", field("a", "int"), field("b", "int")),
    path: "b",
    remedies: { reader: "remove an alias", writer: 'have only one of the fields "b" and "a"' },
    readers: [record("R", field("b", "int"))],
    writers: [record("R", field("a", "int")), record("R", field("b", "int"))],
  },
  {
    what: "a value of a map, in a record that holds itself",
    reader: record("R", field("m", { type: "map", values: "int" }), field("next", ["null", "R"])),
    writer: record("R", field("m", { type: "map", values: "long" }), field("next", ["null", "R"])),
    path: "m{}",
    remedies: {
      reader: "keep long, and give int a field of its own",
      writer: "keep int, and give long a field of its own",
    },
    readers: [record("R", field("m", { type: "map", values: "long" }), field("next", ["null", "R"]))],
    writers: [record("R", field("m", { type: "map", values: "int" }), field("next", ["null", "R"]))],
  },
];

describe.each(cases)("$what", ({ reader, writer, path, remedies, readers, writers }) => {
  const { incompatibilities } = checkCompatibility(parse(reader), parse(writer));

  it("has a way out for each side", () => {
    const causes = incompatibilities.flatMap((found) => rootCauses(found));
    expect(causes.map((cause) => ({ path: cause.path, remedies: cause.remedies }))).toEqual([{ path, remedies }]);
  });

  it("is no fault any more when one side takes it", () => {
    for (const mended of readers)
      expect(checkCompatibility(parse(mended), parse(writer)).incompatibilities).toEqual([]);
    for (const mended of writers)
      expect(checkCompatibility(parse(reader), parse(mended)).incompatibilities).toEqual([]);
  });
});

describe("the places of a type that does not fit", () => {
  const money = record("Money");
  const named = (...pay: unknown[]) => record("R", field("price", money), ...pay);

  it("are its uses, not the definitions that may be far away", () => {
    const reader = parse(named(field("pay", "string")));
    const writer = parse(named(field("pay", "Money")));
    const [cause] = checkCompatibility(reader, writer).incompatibilities;
    expect(cause?.reader.pointer).toBe("/fields/1/type");
    expect(cause?.writer.pointer).toBe("/fields/1/type");
  });

  it("are within unions and arrays that hold the definitions", () => {
    const reader = parse(record("R", field("xs", { type: "array", items: "int" })));
    const writer = parse(record("R", field("xs", { type: "array", items: ["int", money] })));
    const [cause] = checkCompatibility(reader, writer).incompatibilities;
    expect(cause?.reader.pointer).toBe("/fields/0/type/items");
    expect(cause?.writer.pointer).toBe("/fields/0/type/items/1");
  });

  it("are the use of a type that no branch of a union reads", () => {
    const reader = parse(named(field("pay", ["null", "string"])));
    const writer = parse(named(field("pay", "Money")));
    const [cause] = checkCompatibility(reader, writer).incompatibilities;
    expect(cause?.writer.pointer).toBe("/fields/1/type");
  });
});
