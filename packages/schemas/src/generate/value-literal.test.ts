import { expect, it } from "@jest/globals";
import { Decimal } from "@waybill/events";
import { literalOf } from "./value-literal.ts";

it.each([
  [null, "null"],
  [true, "true"],
  [-0.25, "-0.25"],
  [-(2n ** 63n), "-9223372036854775808n"],
  ['"quoted" `${text}`\n', JSON.stringify('"quoted" `${text}`\n')],
  [new Date(0), 'new Date("1970-01-01T00:00:00.000Z")'],
  [Decimal.parse("-0.50"), "new Decimal(-50n, 2)"],
  [Uint8Array.of(1, 255), "Uint8Array.of(1, 255)"],
  [[], "[]"],
  [{}, "{}"],
  [{ a: [1, 2] }, "{ a: [1, 2] }"],
  [JSON.parse('{ "__proto__": 1 }'), '{ ["__proto__"]: 1 }'],
])("writes %p as code", (value, expected) => {
  expect(literalOf(value, "")).toBe(expected);
});

it("breaks what is long, one part a line", () => {
  const value = { items: [{ name: "x".repeat(60) }] };
  expect(literalOf(value, "  ")).toBe(
    `{\n    items: [\n      {\n        name: "${"x".repeat(60)}",\n      },\n    ],\n  }`,
  );
});

it("refuses what no schema has a value of", () => {
  expect(() => literalOf(undefined, "")).toThrow("a sampled value cannot be undefined");
});
