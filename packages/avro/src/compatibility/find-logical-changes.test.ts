import { describe, expect, it } from "@jest/globals";
import type { RecordField, RecordSchema } from "../model/schema.ts";
import { parseSchemaOrThrow } from "../parse/parse-schema.ts";
import { checkCompatibility } from "./check-compatibility.ts";
import { findLogicalChanges } from "./find-logical-changes.ts";

const keyOf = (record: RecordSchema): RecordField | null =>
  record.fields.find(({ properties }) => properties["key"] === true) ?? null;

function changes(reader: unknown, writer: unknown): readonly string[] {
  const [to, from] = [schemaOf(reader), schemaOf(writer)];
  return findLogicalChanges(to, from, { keyOf }).map(({ kind, path, message }) => `${kind} ${path}: ${message}`);
}

function schemaOf(json: unknown) {
  return parseSchemaOrThrow(JSON.stringify(json)).schema;
}

const logical = (type: string, logicalType: string, more = {}) => ({ type, logicalType, ...more });
const decimal = (precision: number, scale: number) => logical("bytes", "decimal", { precision, scale });
const record = (...fields: object[]) => ({ type: "record", name: "R", fields });
const field = (name: string, type: unknown, more = {}) => ({ name, type, ...more });
const enumOf = (symbols: readonly string[], fallback?: string) => ({
  type: "enum",
  name: "E",
  symbols,
  ...(fallback === undefined ? {} : { default: fallback }),
});

describe("logical types", () => {
  it("says how far off a decimal of another scale is, in each direction", () => {
    expect(changes(decimal(12, 4), decimal(12, 2))).toEqual([
      "DECIMAL_SCALE_CHANGED : the writer's decimals have the scale 2, the reader's 4: taken as they are, values come out 100 times too small",
    ]);
    expect(changes(decimal(12, 2), decimal(12, 4))).toEqual([expect.stringMatching(/100 times too large$/)]);
  });

  it("tells digits that do not fit, and none that do", () => {
    expect(changes(decimal(8, 2), decimal(12, 2))).toEqual([
      "DECIMAL_PRECISION_NARROWED : the writer's decimals have up to 12 digits, the reader's up to 8: the largest do not fit",
    ]);
    expect(changes(decimal(12, 2), decimal(8, 2))).toEqual([]);
  });

  it.each([
    ["long", "timestamp-micros", "timestamp-millis", "1,000 times too small"],
    ["long", "timestamp-millis", "timestamp-nanos", "1,000,000 times too large"],
    ["long", "local-timestamp-millis", "local-timestamp-micros", "1,000 times too large"],
  ])("tells another unit: %s %s <- %s", (type, reader, writer, off) => {
    expect(changes(logical(type, reader), logical(type, writer))).toEqual([
      `TIME_UNIT_CHANGED : the writer wrote ${writer}, the reader takes it for ${reader}: values come out ${off}`,
    ]);
  });

  it("tells another unit through a promotion", () => {
    expect(changes(logical("long", "time-micros"), logical("int", "time-millis"))).toEqual([
      expect.stringMatching(/^TIME_UNIT_CHANGED .* 1,000 times too small$/),
    ]);
  });

  it("tells what is changed, lost and gained", () => {
    const millis = logical("long", "timestamp-millis");
    expect(changes(logical("long", "local-timestamp-millis"), millis)).toEqual([
      "LOGICAL_TYPE_CHANGED : the writer wrote long as timestamp-millis, the reader takes it for long as local-timestamp-millis",
    ]);
    expect(changes("long", millis)).toEqual([
      "LOGICAL_TYPE_LOST : the writer wrote long as timestamp-millis, the reader takes it for a plain long",
    ]);
    expect(changes("bytes", decimal(4, 2))).toEqual([
      "LOGICAL_TYPE_LOST : the writer wrote bytes as decimal(4, 2), the reader takes it for a plain bytes",
    ]);
    expect(changes(millis, "long")).toEqual([
      "LOGICAL_TYPE_GAINED : the writer wrote a plain long, the reader takes it for long as timestamp-millis",
    ]);
  });

  it("has nothing to say of what is the same, invalid or unreadable", () => {
    expect(changes(decimal(4, 2), decimal(4, 2))).toEqual([]);
    expect(changes("int", logical("string", "uuid"))).toEqual([]);
  });
});

describe("the way through the schemas", () => {
  it("finds a change in fields, by alias too, arrays, maps and unions", () => {
    const money = (scale: number) => ({ type: "record", name: "Money", fields: [field("amount", decimal(9, scale))] });
    const writer = record(
      field("a", { type: "array", items: { type: "map", values: ["null", decimal(9, 2)] } }),
      field("old", ["null", money(2)]),
    );
    const reader = record(
      field("a", { type: "array", items: { type: "map", values: ["null", decimal(9, 3)] } }),
      field("new", ["string", "null", money(3)], { aliases: ["old"] }),
    );
    expect(changes(reader, writer).map((change) => change.split(":")[0])).toEqual([
      "DECIMAL_SCALE_CHANGED a[]{}",
      "DECIMAL_SCALE_CHANGED new.amount",
    ]);
  });

  it("pairs the branches of unions by name", () => {
    const branch = (name: string, scale: number) => ({ type: "record", name, fields: [field("x", decimal(9, scale))] });
    expect(changes([branch("B", 1), branch("A", 2)], [branch("A", 2), branch("B", 1)])).toEqual([]);
    expect(changes([branch("B", 2), branch("A", 2)], [branch("A", 2), branch("B", 1)])).toHaveLength(1);
  });

  it("comes out of recursive types, and looks at each once", () => {
    const tree = (scale: number) => ({
      type: "record",
      name: "Tree",
      fields: [
        field("left", ["null", "Tree"]),
        field("right", ["null", "Tree"]),
        field("value", decimal(9, scale)),
        field("again", ["null", "Tree"]),
      ],
    });
    expect(changes(tree(3), tree(2)).map((change) => change.split(":")[0])).toEqual(["DECIMAL_SCALE_CHANGED value"]);
  });

  it("is not ended by records that refer to one another deeper than calls can nest", () => {
    // Cycles of 150 and 151 records meet in 22,650 pairs, one within the other.
    const cycle = (length: number, scale: number) => {
      let next: unknown = "R0";
      for (let i = length - 1; i >= 0; i--) {
        const leaf = i === length - 2 ? [field("d", decimal(9, scale))] : [];
        next = { type: "record", name: `R${i}`, fields: [...leaf, field("n", next)] };
      }
      return next;
    };
    const [deep, ...others] = changes(cycle(150, 3), cycle(151, 2));
    expect(others).toEqual([]);
    expect(deep).toMatch(/^DECIMAL_SCALE_CHANGED n(\.n){20000,}\.d: /);
  });

  it("gives the places in both schemas", () => {
    const reader = schemaOf(record(field("x", "int"), field("t", logical("long", "timestamp-micros"))));
    const writer = schemaOf(record(field("t", ["null", logical("long", "timestamp-millis")])));
    const [change] = findLogicalChanges(reader, writer);
    expect([change?.reader.pointer, change?.writer.pointer]).toEqual(["/fields/1/type", "/fields/0/type/1"]);
  });

  it("says what schema resolution does not: all of it is compatible", () => {
    const reader = schemaOf(record(field("d", decimal(4, 1)), field("t", logical("long", "timestamp-micros"))));
    const writer = schemaOf(record(field("d", decimal(9, 2)), field("t", logical("long", "timestamp-millis"))));
    expect(checkCompatibility(reader, writer).compatible).toBe(true);
    expect(findLogicalChanges(reader, writer).map(({ kind }) => kind)).toEqual([
      "DECIMAL_SCALE_CHANGED",
      "DECIMAL_PRECISION_NARROWED",
      "TIME_UNIT_CHANGED",
    ]);
  });
});

describe("defaults", () => {
  const withDefault = (value: unknown, type: unknown = "int") => record(field("f", type, { default: value }));

  it("tells another default, with both values", () => {
    expect(changes(withDefault(1), withDefault(0))).toEqual([
      "DEFAULT_CHANGED f: the reader's default is 1, the writer's schema has 0: events without the field are read differently by the two",
    ]);
  });

  it("compares values, not texts", () => {
    const map = { type: "map", values: "int" };
    expect(changes(withDefault({ a: 1, b: 2 }, map), withDefault({ b: 2, a: 1 }, map))).toEqual([]);
    expect(changes(withDefault({ a: 1 }, map), withDefault({ a: 2 }, map))).toHaveLength(1);
    const list = { type: "array", items: "int" };
    expect(changes(withDefault([1], list), withDefault([1], list))).toEqual([]);
    expect(changes(withDefault([1], list), withDefault([1, 2], list))).toHaveLength(1);
    expect(changes(withDefault([null], { type: "array", items: "null" }), withDefault([], list))).toHaveLength(1);
  });

  it("has nothing to say of a default that is new or gone", () => {
    expect(changes(withDefault(1), record(field("f", "int")))).toEqual([]);
    expect(changes(record(field("f", "int")), withDefault(1))).toEqual([]);
  });

  it("shortens a long default", () => {
    const [change = ""] = changes(withDefault("a".repeat(500), "string"), withDefault("b", "string"));
    expect(change.length).toBeLessThan(250);
  });

  it("tells an enum's default that changed or is lost, not one that is new", () => {
    expect(changes(enumOf(["A", "B"], "A"), enumOf(["A", "B"], "B"))).toEqual([
      "ENUM_DEFAULT_CHANGED : the reader's enum E reads an unknown symbol as A, the writer's schema has the default B",
    ]);
    expect(changes(enumOf(["A", "B"]), enumOf(["A", "B"], "B"))).toEqual([
      "ENUM_DEFAULT_CHANGED : the reader's enum E cannot read an unknown symbol, the writer's schema has the default B",
    ]);
    expect(changes(enumOf(["A", "B"], "A"), enumOf(["A", "B"]))).toEqual([]);
  });
});

describe("keys", () => {
  const keyed = (type: unknown, name = "id", more = {}) =>
    record(field(name, type, { key: true, ...more }), field("other", "string"));

  it("tells a key that moved, not one that was renamed by alias", () => {
    const moved = record(field("id", "string"), field("other", "string", { key: true }));
    expect(changes(moved, keyed("string"))).toEqual([
      'KEY_MOVED other: the key moves from "id" to "other": events of one entity would change their partition and lose their order',
    ]);
    expect(changes(keyed("string", "orderId", { aliases: ["id"] }), keyed("string"))).toEqual([]);
  });

  it("tells a key that narrowed, not one that widened", () => {
    expect(changes(keyed("int"), keyed("long"))).toEqual([
      'KEY_NARROWED id: the key "id" narrows from long to int: not every key that was written has a place in it',
    ]);
    expect(changes(keyed("long"), keyed("int"))).toEqual([]);
    expect(changes(keyed(enumOf(["A"], "A")), keyed(enumOf(["A", "B", "C"], "A")))).toEqual([
      'KEY_NARROWED id: the key "id" narrows from enum E to enum E: entities with the key B, C have no place in it',
    ]);
    expect(changes(keyed(logical("string", "uuid")), keyed("string"))).toEqual([
      'KEY_NARROWED id: the key "id" narrows from string to string as uuid: not every key that was written has a place in it',
      expect.stringMatching(/^LOGICAL_TYPE_GAINED id/),
    ]);
  });

  it("compares no keys unless it is told which they are", () => {
    const [reader, writer] = [schemaOf(keyed("int")), schemaOf(keyed("long"))];
    expect(findLogicalChanges(reader, writer)).toEqual([]);
  });
});
