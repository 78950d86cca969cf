import { describe, expect, it } from "@jest/globals";
import type { Schema } from "../model/schema.ts";
import { parseSchemaOrThrow } from "../parse/parse-schema.ts";
import { checkCompatibility } from "./check-compatibility.ts";
import { formatIncompatibility, rootCauses } from "./incompatibility.ts";

function parse(schema: unknown, file?: string): Schema {
  return parseSchemaOrThrow(JSON.stringify(schema), file === undefined ? {} : { file }).schema;
}

/** `KIND at path` of every reason. */
function reasons(reader: unknown, writer: unknown): readonly string[] {
  const { compatible, incompatibilities } = checkCompatibility(parse(reader), parse(writer));
  expect(compatible).toBe(incompatibilities.length === 0);
  return incompatibilities.map(({ kind, path }) => `${kind} at ${path}`);
}

const record = (name: string, ...fields: unknown[]) => ({ type: "record", name, fields });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const list = (items: unknown) => ({ type: "array", items });
const map = (values: unknown) => ({ type: "map", values });
const symbols = (name: string, ...all: string[]) => ({ type: "enum", name, symbols: all });

describe("primitives", () => {
  const PRIMITIVES = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
  const READABLE: Readonly<Record<string, readonly string[]>> = {
    long: ["int"],
    float: ["int", "long"],
    double: ["int", "long", "float"],
    bytes: ["string"],
    string: ["bytes"],
  };

  it.each(PRIMITIVES)("a reader's %s takes itself and what promotes to it", (reader) => {
    const taken = PRIMITIVES.filter((writer) => reasons(reader, writer).length === 0);
    expect(new Set(taken)).toEqual(new Set([reader, ...(READABLE[reader] ?? [])]));
  });
});

describe("named types", () => {
  it("match by the last part of the name or by an alias of the reader", () => {
    expect(reasons(record("a.R"), record("b.R"))).toEqual([]);
    expect(reasons(record("a.R"), record("a.S"))).toEqual(["NAME_MISMATCH at "]);
    expect(reasons({ ...record("a.R"), aliases: ["S"] }, record("a.S"))).toEqual([]);
    expect(reasons({ ...record("a.R"), aliases: ["S"] }, record("b.S"))).toEqual(["NAME_MISMATCH at "]);
  });

  it("of fixed must agree in size, and report the name too", () => {
    const fixed = (name: string, size: number) => ({ type: "fixed", name, size });
    expect(reasons(fixed("F", 2), fixed("F", 3))).toEqual(["FIXED_SIZE_MISMATCH at "]);
    expect(reasons(fixed("F", 2), fixed("G", 3))).toEqual(["NAME_MISMATCH at ", "FIXED_SIZE_MISMATCH at "]);
  });

  it("of enum need the writer's symbols or a default", () => {
    expect(reasons(symbols("E", "A", "B"), symbols("E", "B"))).toEqual([]);
    expect(reasons(symbols("E", "A"), symbols("E", "A", "B"))).toEqual(["MISSING_ENUM_SYMBOLS at "]);
    expect(reasons({ ...symbols("E", "A"), default: "A" }, symbols("E", "A", "B"))).toEqual([]);
  });
});

describe("records", () => {
  it("need a default for each field that the writer lacks", () => {
    expect(reasons(record("R", field("a", "int")), record("R"))).toEqual(["READER_FIELD_MISSING_DEFAULT_VALUE at a"]);
    expect(reasons(record("R", field("a", "int", { default: 1 })), record("R"))).toEqual([]);
    expect(reasons(record("R"), record("R", field("a", "int")))).toEqual([]);
  });

  it("take no enum's default for a field's, and say so in Apache's odd way", () => {
    const missing = field("e", { ...symbols("E", "A"), default: "A" });
    expect(reasons(record("R", missing), record("R"))).toEqual(["TYPE_MISMATCH at e"]);
    const { incompatibilities } = checkCompatibility(parse(record("R", missing)), parse(record("R")));
    expect(incompatibilities[0]?.message).toContain("stands for unknown symbols, not for a missing field");
  });

  it("follow a field's alias, and refuse one that finds two fields", () => {
    const reader = record("R", field("b", "int", { aliases: ["a"] }));
    expect(reasons(reader, record("R", field("a", "int")))).toEqual([]);
    expect(reasons(reader, record("R", field("a", "string")))).toEqual(["TYPE_MISMATCH at b"]);
    expect(reasons(reader, record("R", field("a", "int"), field("b", "int")))).toEqual(["AMBIGUOUS_ALIAS at b"]);
    const own = record("R", field("a", "int", { aliases: ["a"] }));
    expect(reasons(own, record("R", field("a", "int")))).toEqual([]);
  });

  it("report everything, with paths through arrays and maps", () => {
    const reader = record(
      "R",
      field("a", list(map("int"))),
      field("b", "int"),
      field("c", list(record("S", field("d", "int")))),
    );
    const writer = record("R", field("a", list(map("long"))), field("c", list(record("S", field("d", "null")))));
    expect(reasons(reader, writer)).toEqual([
      "TYPE_MISMATCH at a[]{}",
      "READER_FIELD_MISSING_DEFAULT_VALUE at b",
      "TYPE_MISMATCH at c[].d",
    ]);
  });

  it("report a named type that is used twice once", () => {
    const money = (type: string) => record("Money", field("amount", type));
    const reader = record("R", field("a", money("int")), field("b", "Money"));
    const writer = record("R", field("a", money("long")), field("b", "Money"));
    expect(reasons(reader, writer)).toEqual(["TYPE_MISMATCH at a.amount"]);
  });
});

describe("unions", () => {
  it("of the writer must be readable branch by branch", () => {
    expect(reasons("long", ["int", "long"])).toEqual([]);
    expect(reasons("int", ["int", "long", "string"])).toEqual(["TYPE_MISMATCH at ", "TYPE_MISMATCH at "]);
    expect(reasons(["null", "int"], ["null"])).toEqual([]);
    expect(reasons(["null"], ["null", "int"])).toEqual(["MISSING_UNION_BRANCH at "]);
    expect(reasons("int", [])).toEqual([]);
    expect(reasons([], "int")).toEqual(["MISSING_UNION_BRANCH at "]);
  });

  it("tell the cause, not just the branch that is lacking", () => {
    const order = (...fields: unknown[]) =>
      record("shop.Order", field("items", list(["null", record("Item", ...fields)])));
    const reader = parse(order(field("id", "int"), field("price", "double")), "v2.avsc");
    const writer = parse(order(field("id", "long")), "v1.avsc");
    const [failure, ...rest] = checkCompatibility(reader, writer).incompatibilities;
    expect(rest).toEqual([]);
    expect(failure?.message).toBe(
      "no branch of the reader's union [null, shop.Item] reads the writer's record shop.Item; " +
        "the closest, record shop.Item, fails: at id, the reader expects int, the writer wrote long (and 1 more)",
    );
    expect(failure === undefined ? [] : rootCauses(failure).map(formatIncompatibility)).toEqual([
      "TYPE_MISMATCH at items[].id: the reader expects int, the writer wrote long; keep long, and give int a field of its own (reader v2.avsc:1:164, writer v1.avsc:1:164)",
      "READER_FIELD_MISSING_DEFAULT_VALUE at items[].price: the reader's field \"price\" has no default and the writer's record shop.Item lacks it; add a default (reader v2.avsc:1:171, writer v1.avsc:1:103)",
    ]);
  });

  it("tell the cause beneath unions within unions", () => {
    const nested = (leaf: string) =>
      record("A", field("b", ["null", record("B", field("c", ["null", record("C", field("d", leaf))]))]));
    const [failure] = checkCompatibility(parse(nested("int")), parse(nested("string"))).incompatibilities;
    expect(failure?.path).toBe("b");
    expect(failure === undefined ? [] : rootCauses(failure).map(({ kind, path }) => `${kind} at ${path}`)).toEqual([
      "TYPE_MISMATCH at b.c.d",
    ]);
  });

  it("prefer the branch of the same name as the cause", () => {
    const reader = [record("X"), record("Y", field("a", "int"), field("b", "int"))];
    const { incompatibilities } = checkCompatibility(parse(reader), parse(record("Y")));
    expect(incompatibilities[0]?.causes.map(({ path }) => path)).toEqual(["a", "b"]);
  });
});

describe("recursion", () => {
  const node = (value: unknown) => record("Node", field("value", value), field("next", ["null", "Node"]));

  it("ends", () => {
    expect(reasons(node("long"), node("int"))).toEqual([]);
    expect(reasons(node("int"), node("long"))).toEqual(["TYPE_MISMATCH at value"]);
  });

  it("ends where a union's failure leads back to itself", () => {
    const tree = (value: unknown) =>
      record("T", field("u", ["null", record("U", field("t", ["null", "T"]), field("v", value))]));
    const [failure] = checkCompatibility(parse(tree("int")), parse(tree("long"))).incompatibilities;
    expect(failure === undefined ? [] : rootCauses(failure).map(({ path }) => path)).toEqual(["u.v"]);
  });

  it("does not double at each of many levels", () => {
    let schema: unknown = record("R0", field("x", "int"));
    let other: unknown = record("R0", field("x", "string"));
    for (let level = 1; level <= 60; level++) {
      const previous = `R${level - 1}`;
      schema = record(`R${level}`, field("a", ["null", schema]), field("b", ["null", previous]));
      other = record(`R${level}`, field("a", ["null", other]), field("b", ["null", previous]));
    }
    const { incompatibilities } = checkCompatibility(parse(schema), parse(other));
    expect(incompatibilities).toHaveLength(2);
    expect(incompatibilities.flatMap((failure) => rootCauses(failure))).toHaveLength(200);
  });

  it("does not nest calls as deep as types refer to one another", () => {
    const chain = (leaf: string) => {
      const records = Array.from({ length: 20_000 }, (_, index) =>
        record(`R${index}`, field("f", index === 0 ? leaf : `R${index - 1}`)),
      );
      const { named } = parseSchemaOrThrow(JSON.stringify(records));
      const last = named.get("R19999");
      if (last === undefined) throw new Error("the last record is not there");
      return last;
    };
    const { incompatibilities } = checkCompatibility(chain("int"), chain("string"));
    expect(incompatibilities.map(({ kind }) => kind)).toEqual(["TYPE_MISMATCH"]);
  });
});
