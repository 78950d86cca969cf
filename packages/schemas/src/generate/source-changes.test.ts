import { describe, expect, it } from "@jest/globals";
import { parseSchemaOrThrow } from "@waybill/avro";
import type { BrandedIds } from "./branded-ids.ts";
import { findSourceChanges } from "./source-changes.ts";
import type { TypedVersion } from "./typed-schema.ts";

function versionOf(schema: object): TypedVersion {
  const text = JSON.stringify(schema);
  const parsed = parseSchemaOrThrow(text).schema;
  if (parsed.type !== "record") throw new Error("the event must be a record");
  return { text, record: parsed };
}

const record = (name: string, ...fields: object[]) => ({ type: "record", name, fields });
const event = (...fields: object[]) => record("Event", ...fields);
const field = (name: string, type: unknown, more = {}) => ({ name, type, ...more });
const enumOf = (...symbols: string[]) => ({ type: "enum", name: "Status", symbols });
const logical = (type: string, logicalType: string, more = {}) => ({ type, logicalType, ...more });

function changes(older: object, newer: object): readonly string[] {
  return findSourceChanges(versionOf(older), versionOf(newer)).map(
    ({ kind, path, message }) => `${kind} ${path}: ${message}`,
  );
}

/** The changes of a field `f` from one type to another. */
const ofType = (older: unknown, newer: unknown) => changes(event(field("f", older)), event(field("f", newer)));

describe("what compiles as before", () => {
  it.each([
    ["int", "double"],
    ["string", logical("string", "uuid")],
    [logical("long", "timestamp-millis"), logical("long", "timestamp-micros")],
    [logical("bytes", "decimal", { precision: 4, scale: 2 }), logical("bytes", "decimal", { precision: 9, scale: 3 })],
    [
      ["null", "string"],
      ["string", "null"],
    ],
    [
      ["int", "string"],
      ["string", "double"],
    ],
    [enumOf("A", "B"), enumOf("B", "A")],
    [record("One", field("x", "int")), record("Other", field("x", "int"))],
    [
      ["string", enumOf("A")],
      ["string", enumOf("B")],
    ],
    [
      [enumOf("A", "B"), { ...enumOf("B"), name: "Other" }],
      [enumOf("A"), { ...enumOf("B"), name: "Other" }],
    ],
  ])("%j to %j", (older, newer) => {
    expect(ofType(older, newer)).toEqual([]);
  });

  it("is a field that is new, moved, or read by an alias that is no name of before", () => {
    const older = event(field("a", "int"), field("b", "string"));
    expect(
      changes(older, event(field("b", "string"), field("c", "int"), field("a", "int", { aliases: ["z"] }))),
    ).toEqual([]);
  });
});

describe("what may not compile", () => {
  it("is a field that is renamed by alias, or gone", () => {
    expect(changes(event(field("a", "int")), event(field("b", "long", { aliases: ["a"] })))).toEqual([
      'FIELD_RENAMED b: the property "a" is now "b"',
      "TYPE_CHANGED b: number becomes bigint",
    ]);
    expect(changes(event(field("a", "int")), event())).toEqual(['FIELD_REMOVED a: the property "a" is gone']);
  });

  it.each([
    ["int", "long", "number becomes bigint"],
    ["long", logical("long", "timestamp-millis"), "bigint becomes Date"],
    ["bytes", logical("bytes", "decimal", { precision: 4, scale: 2 }), "Uint8Array becomes Decimal"],
    ["string", enumOf("A"), "string becomes Status"],
    ["string", { type: "array", items: ["null", "string"] }, "string becomes readonly (string | null)[]"],
    [record("Decimal"), logical("bytes", "decimal", { precision: 4 }), "the record Decimal becomes the bytes Decimal"],
    [enumOf("A"), record("Status"), "the enum Status becomes the record Status"],
    [{ type: "map", values: "int" }, record("Money"), "Readonly<Record<string, number>> becomes Money"],
  ])("is a type of another mapping: %j to %j", (older, newer, message) => {
    expect(ofType(older, newer)).toEqual([`TYPE_CHANGED f: ${message}`]);
  });

  it("is null that comes or goes", () => {
    expect(ofType("string", ["null", "string"])).toEqual([
      "NULL_ADDED f: string becomes string | null, so that null must be dealt with",
    ]);
    expect(ofType(["null", "string"], "string")).toEqual([
      "NULL_REMOVED f: string | null becomes string, so that null cannot be published",
    ]);
  });

  it("is a union that begins, grows or shrinks", () => {
    expect(ofType("string", ["string", "long"])).toEqual(["UNION_CHANGED f: string becomes string | bigint"]);
    expect(ofType(["null", "string", "long"], ["null", "string"])).toEqual([
      "UNION_CHANGED f: string | bigint | null becomes string | null",
    ]);
    const [card, cash] = [record("Card"), record("Cash")];
    expect(ofType([card, cash], [card, cash, record("Voucher")])).toEqual([
      "UNION_CHANGED f: Card | Cash becomes Card | Cash | Voucher",
    ]);
    expect(ofType([card, "string"], [card, cash, "string"])).toEqual([
      "UNION_CHANGED f: Card | string becomes Card | Cash | string",
    ]);
  });

  it("is a $type that comes to a record used elsewhere too", () => {
    const lines = (union: unknown) => event(field("one", record("Card", field("x", "int"))), field("more", union));
    expect(changes(lines(["null", "Card"]), lines(["null", "Card", record("Cash")]))).toEqual([
      'UNION_CHANGED one: Card objects have $type "Card" instead of no $type',
      "UNION_CHANGED more: Card | null becomes Card | Cash | null",
    ]);
  });

  it("is an enum's symbol that comes or goes", () => {
    expect(ofType(enumOf("A", "B"), enumOf("A", "C", "D"))).toEqual([
      "SYMBOLS_CHANGED f: the union Status gains C, D, which exhaustive switches lack and loses B, which code may name",
    ]);
  });
});

describe("branded ids", () => {
  const schema = event(field("orderId", logical("string", "uuid")), field("tags", { type: "array", items: "string" }));
  const ids = new Map([["orderId", "OrderId"]]);
  const changesWith = (older: object, newer: object, from: BrandedIds, to: BrandedIds) =>
    findSourceChanges(versionOf(older), versionOf(newer), { older: from, newer: to }).map(
      ({ kind, path, message }) => `${kind} ${path}: ${message}`,
    );

  it("change types where they are turned on or off, or named otherwise", () => {
    expect(changesWith(schema, schema, new Map(), ids)).toEqual(["TYPE_CHANGED orderId: string becomes OrderId"]);
    expect(changesWith(schema, schema, ids, new Map())).toEqual(["TYPE_CHANGED orderId: OrderId becomes string"]);
    expect(changesWith(schema, schema, ids, new Map([["orderId", "PurchaseId"]]))).toEqual([
      "TYPE_CHANGED orderId: OrderId becomes PurchaseId",
    ]);
    expect(changesWith(schema, schema, ids, ids)).toEqual([]);
  });

  it("are part of the types that versions change", () => {
    const renamed = event(field("id", logical("string", "uuid"), { aliases: ["orderId"] }), ...schema.fields.slice(1));
    expect(changesWith(schema, renamed, ids, ids)).toEqual([
      'FIELD_RENAMED id: the property "orderId" is now "id"',
      "TYPE_CHANGED id: OrderId becomes string",
    ]);
    expect(changesWith(schema, event(field("orderId", "string"), ...schema.fields.slice(1)), ids, ids)).toEqual([]);
  });
});

describe("the way through the types", () => {
  it("leads into records, arrays, maps and the members of unions", () => {
    const of = (type: unknown) =>
      event(
        field("lines", { type: "array", items: ["null", { type: "map", values: record("Line", field("x", type)) }] }),
      );
    expect(changes(of("int"), of("long"))).toEqual(["TYPE_CHANGED lines[]{}.x: number becomes bigint"]);
    const pay = (type: unknown) => event(field("by", [record("Card", field("no", type)), record("Cash")]));
    expect(changes(pay("int"), pay("long"))).toEqual(["TYPE_CHANGED by.no: number becomes bigint"]);
  });

  it("comes out of recursive types, and tells of each once", () => {
    const tree = (type: unknown) => event(field("left", ["null", "Event"]), field("x", type), field("right", "Event"));
    expect(changes(tree("int"), tree("long"))).toEqual(["TYPE_CHANGED x: number becomes bigint"]);
  });

  it("gives the places in both versions", () => {
    const [found] = findSourceChanges(
      versionOf(event(field("x", "int"), field("f", "int"))),
      versionOf(event(field("f", ["null", "int"]))),
    ).slice(1);
    expect([found?.kind, found?.older.pointer, found?.newer.pointer]).toEqual([
      "NULL_ADDED",
      "/fields/1/type",
      "/fields/0/type",
    ]);
  });
});
