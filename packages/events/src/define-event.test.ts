import { expect, it } from "@jest/globals";
import { describeEvent } from "./describe-event.ts";
import { EncodeError } from "./errors.ts";

const event = (fields: readonly object[]) =>
  describeEvent({ type: "a.b.c", version: 1, schema: JSON.stringify({ type: "record", name: "R", fields }) });
const texts = event([
  { name: "a", type: "string" },
  { name: "b", type: "string" },
]);

it("encodes while it encodes: a getter in the data may", () => {
  const inner = { a: "inner", b: "x".repeat(50_000) };
  const expected = texts.encode({ a: "outer", b: String(texts.encode(inner).length) });
  const outer = {
    a: "outer",
    get b() {
      return String(texts.encode(inner).length);
    },
  };
  expect(texts.encode(outer)).toEqual(expected);
});

it("gives bytes of their own", () => {
  const first = texts.encode({ a: "first", b: "" });
  const copy = Uint8Array.from(first);
  texts.encode({ a: "second", b: "" });
  expect(first).toEqual(copy);
});

it("lets an error of the data's own getter through, and goes on", () => {
  const data = {
    a: "a",
    get b(): string {
      throw new Error("the getter's own");
    },
  };
  expect(() => texts.encode(data)).toThrow(new Error("the getter's own"));
  expect(texts.decode(texts.encode({ a: "a", b: "b" }))).toEqual({ a: "a", b: "b" });
});

it("refuses data that is wrong only while it is encoded", () => {
  let reads = 0;
  const data = {
    a: "a",
    get b() {
      return reads++ === 0 ? 5 : "fine by now";
    },
  };
  expect(() => texts.encode(data)).toThrow(
    "a.b.c version 1 does not fit its schema: a value changed while it was encoded",
  );
});

it("grows for large events and encodes small ones after them", () => {
  const large = { a: "é".repeat(3_000_000), b: "x".repeat(100_000) };
  expect(texts.decode(texts.encode(large))).toEqual(large);
  expect(texts.decode(texts.encode({ a: "", b: "" }))).toEqual({ a: "", b: "" });
});

it("refuses lone surrogates, which UTF-8 cannot carry, wherever text stands", () => {
  const map = event([{ name: "m", type: { type: "map", values: "string" } }]);
  for (const text of ["\uD800", "abc\uDC00", `${"x".repeat(200)}\uD83D`]) {
    const message = "expected text that UTF-8 can carry, got lone surrogates";
    expect(texts.explain({ a: text, b: "" })).toEqual([{ path: "a", message }]);
    expect(() => texts.encode({ a: text, b: "" })).toThrow(EncodeError);
    expect(() => map.encode({ m: { [text]: "" } })).toThrow("the key holds lone surrogates");
  }
  expect(texts.decode(texts.encode({ a: "😀\uFFFD", b: "" }))).toEqual({ a: "😀\uFFFD", b: "" });
});

it("says what is wrong and where, without saying what the data is", () => {
  const order = event([
    { name: "id", type: { type: "string", logicalType: "uuid" } },
    { name: "kind", type: { type: "enum", name: "Kind", symbols: ["NEW", "OLD"] } },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 } },
    { name: "labels", type: { type: "map", values: ["null", "int"] } },
    {
      name: "by",
      type: [
        { type: "record", name: "Card", fields: [{ name: "last", type: "int" }] },
        { type: "record", name: "Cash", fields: [] },
      ],
    },
    { name: "size", type: ["null", "long"] },
  ]);
  const wrong = {
    id: "secret",
    kind: "secret",
    at: new Date(Number.NaN),
    total: "12.50",
    labels: { "a key": "secret" },
    by: { $type: "Gold" },
    size: 5,
  };
  expect(order.explain(wrong)).toEqual([
    { path: "id", message: "expected a uuid, got another string" },
    { path: "kind", message: "expected one of NEW, OLD, got another string" },
    { path: "at", message: "expected a valid Date, got invalid Date" },
    { path: "total", message: "expected a Decimal of scale 2, got string" },
    { path: 'labels["a key"]', message: "expected null or an integer of 32 bits, got string" },
    { path: "by.$type", message: "expected one of Card, Cash, got another value" },
    { path: "size", message: "expected null or a bigint of 64 bits, got number" },
  ]);
  expect(order.explain({ ...wrong, by: { $type: "Card", last: "0000" } })).toContainEqual({
    path: "by.last",
    message: "expected an integer of 32 bits, got string",
  });
  expect(order.explain(null)).toEqual([{ path: "", message: "expected an object (R), got null" }]);
  expect(() => order.encode(wrong)).not.toThrow("secret");
});

it("lists no more than 100 faults", () => {
  const list = event([{ name: "items", type: { type: "array", items: "int" } }]);
  expect(list.explain({ items: Array<string>(1_000_000).fill("x") })).toHaveLength(100);
});

it.each([
  { name: "text", type: "string", value: "k", key: "k" },
  { name: "an int", type: "int", value: 5, key: "5" },
  { name: "a long", type: "long", value: 2n ** 62n, key: "4611686018427387904" },
  { name: "an enum", type: { type: "enum", name: "E", symbols: ["A"] }, value: "A", key: "A" },
  { name: "null", type: ["null", "string"], value: null, key: null },
])("takes $name as the key", ({ type, value, key }) => {
  expect(
    event([
      { name: "a", type: "int" },
      { name: "k", type, "waybill.key": true },
    ]).key({ k: value }),
  ).toBe(key);
  expect(event([{ name: "k", type }]).key({ k: value })).toBeNull();
});

it("refuses two keys, and a key that has no one text", () => {
  const marked = (name: string) => ({ name, type: "bytes", "waybill.key": true });
  expect(() => event([marked("a"), marked("b")])).toThrow("marks two fields as its key");
  expect(() => event([marked("a")]).key({ a: new Uint8Array() })).toThrow(EncodeError);
});
