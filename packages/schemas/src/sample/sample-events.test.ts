import { parseSchemaOrThrow } from "@waybill/avro";
import { describeEvent } from "@waybill/events";
import { describe, expect, it } from "@jest/globals";
import { sampleEvents } from "./sample-events.ts";

function sourceOf(fields: readonly object[]) {
  const text = JSON.stringify({ type: "record", name: "a.b.C", fields });
  const { schema } = parseSchemaOrThrow(text);
  if (schema.type !== "record") throw new Error("no record");
  return { text, record: schema };
}

function take(source: ReturnType<typeof sourceOf>, count: number, seed = 0): readonly unknown[] {
  const events = sampleEvents(source, seed);
  return Array.from({ length: count }, () => events.next().value as unknown);
}

const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more });
const fixed = (name: string, size: number, more: object = {}) => ({ type: "fixed", name, size, ...more });
const line = { type: "record", name: "Line", fields: [{ name: "n", type: "int" }] };
const card = { type: "record", name: "Card", fields: [{ name: "last4", type: "string" }] };

const types: readonly unknown[] = [
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
  logical("string", "uuid"),
  logical("int", "date"),
  logical("int", "time-millis"),
  logical("long", "time-micros"),
  logical("long", "timestamp-millis"),
  logical("long", "timestamp-micros"),
  logical("long", "timestamp-nanos"),
  logical("long", "local-timestamp-millis"),
  logical("long", "local-timestamp-nanos"),
  logical("bytes", "decimal", { precision: 12, scale: 2 }),
  logical("bytes", "decimal", { precision: 2, scale: 2 }),
  logical("bytes", "decimal", { precision: 60, scale: 40 }),
  logical("bytes", "big-decimal"),
  fixed("Md5", 16),
  fixed("Empty", 0),
  fixed("Id", 16, { logicalType: "uuid" }),
  fixed("Span", 12, { logicalType: "duration" }),
  fixed("Price", 4, { logicalType: "decimal", precision: 9, scale: 3 }),
  { type: "enum", name: "E", symbols: ["A", "B"] },
  { type: "array", items: { type: "map", values: "long" } },
  line,
  ["null", line, card],
  [line, { type: "map", values: line.name }],
  ["null", "C"],
  { type: "array", items: "C" },
  ["int", "string", { type: "array", items: "bytes" }],
];

describe("values", () => {
  it.each(types.map((type) => [JSON.stringify(type), type]))("fit %s", (_name, type) => {
    const source = sourceOf([{ name: "value", type }]);
    const descriptor = describeEvent({ type: "a.b.c", version: 1, schema: source.text });
    for (const value of take(source, 50)) {
      expect(descriptor.explain(value)).toEqual([]);
      expect(descriptor.decode(descriptor.encode(value))).toEqual(value);
    }
  });

  it("follow the names of fields", () => {
    const names = {
      email: /^[a-z]+\.[a-z]+@example\.com$/,
      currency: /^[A-Z]{3}$/,
      callback_url: /^https:\/\/example/,
    };
    const [event] = take(sourceOf(Object.keys(names).map((name) => ({ name, type: "string" }))), 1);
    for (const [name, pattern] of Object.entries(names))
      expect(event).toHaveProperty(name, expect.stringMatching(pattern));
    const numbers = sourceOf(["quantity", "discountPercent"].map((name) => ({ name, type: "int" })));
    for (const value of take(numbers, 50) as readonly { quantity: number; discountPercent: number }[]) {
      expect(value.quantity >= 1 && value.quantity <= 10).toBe(true);
      expect(value.discountPercent <= 100).toBe(true);
    }
  });

  it("vary, and leave nullable fields empty now and then", () => {
    const nulls = take(sourceOf([{ name: "note", type: ["null", "string"] }]), 200).filter(
      (value) => (value as { note: unknown }).note === null,
    );
    expect(nulls.length).toBeGreaterThan(20);
    expect(nulls.length).toBeLessThan(100);
  });
});

describe("seeds", () => {
  const source = sourceOf([{ name: "id", type: logical("string", "uuid") }]);

  it("give the same events, of which a greater count has more", () => {
    expect(take(source, 5, 7)).toEqual(take(source, 9, 7).slice(0, 5));
    expect(take(source, 5, 7)).not.toEqual(take(source, 5, 8));
  });

  it("give the same events on every machine", () => {
    expect(take(source, 1)).toEqual([{ id: "00392577-8b9d-4674-943f-19e768b8a8ce" }]);
  });
});

it("leaves lists empty whose items have no end", () => {
  const endless = { type: "record", name: "Endless", fields: [{ name: "next", type: "Endless" }] };
  const source = sourceOf([
    { name: "items", type: { type: "array", items: endless } },
    { name: "none", type: { type: "map", values: [] } },
  ]);
  expect(take(source, 1)).toEqual([{ items: [], none: {} }]);
});

it("says which schemas have no value", () => {
  expect(() => take(sourceOf([{ name: "self", type: "C" }]), 1)).toThrow(/a\.b\.C has no value/);
  expect(() => take(sourceOf([{ name: "none", type: [] }]), 1)).toThrow(/has no value/);
});
