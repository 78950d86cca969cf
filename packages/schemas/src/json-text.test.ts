import { expect, it } from "@jest/globals";
import { Decimal } from "@waybill/events";
import { indentedJson, jsonText } from "./json-text.ts";

it.each<[unknown, string]>([
  [2n ** 63n - 1n, "9223372036854775807"],
  [new Date(0), '"1970-01-01T00:00:00.000Z"'],
  [Decimal.parse("12.50"), '"12.50"'],
  [new Uint8Array([0, 255]), '"AP8="'],
  [[Number.NaN, -Infinity, -0.5], '["NaN","-Infinity",-0.5]'],
  [{ a: null, b: undefined, c: "\u2028é" }, '{"a":null,"c":"\u2028é"}'],
  [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
])("writes %p", (value, text) => {
  expect(jsonText(value)).toBe(text);
});

it("indents as JSON.stringify does", () => {
  const value = { a: [], b: {}, c: [1, { d: ["x"] }], e: null };
  expect(indentedJson(value)).toBe(JSON.stringify(value, null, 2));
});
