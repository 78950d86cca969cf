import { expect, it } from "@jest/globals";
import { isSameSchema } from "./schema-identity.ts";

const base = {
  type: "record",
  name: "OrderPlaced",
  namespace: "orders.order",
  doc: "Placed.",
  fields: [
    { name: "id", type: { type: "string", logicalType: "uuid" }, "waybill.key": true },
    { name: "note", type: ["null", { type: "string" }], default: null },
    { name: "state", type: { type: "enum", name: "State", symbols: ["A", "B"], default: "A" } },
    { name: "before", type: "State" },
    { name: "count", type: "long", default: 1 },
  ],
};

function changed(change: (schema: typeof base) => unknown): string {
  const schema = structuredClone(base);
  change(schema);
  return JSON.stringify(schema);
}

it("sees through what registries rewrite: key order, type objects, namespaces", () => {
  const rewritten = {
    fields: [
      { "waybill.key": true, type: { logicalType: "uuid", type: "string" }, name: "id" },
      { name: "note", default: null, type: ["null", "string"] },
      { name: "state", type: { type: "enum", name: "orders.order.State", symbols: ["A", "B"], default: "A" } },
      { name: "before", type: "orders.order.State" },
      { name: "count", type: "long", default: 1 },
    ],
    doc: "Placed.",
    name: "orders.order.OrderPlaced",
    type: "record",
  };
  expect(isSameSchema(JSON.stringify(base), JSON.stringify(rewritten))).toBe(true);
});

it.each([
  ["a doc", changed((schema) => (schema.doc = "Ordered."))],
  ["a default", changed((schema) => (schema.fields[4]!.default = 2))],
  ["the order of fields", changed((schema) => schema.fields.reverse())],
  ["a logical type", changed((schema) => (schema.fields[0]!.type = "string"))],
  ["an attribute", changed((schema) => delete schema.fields[0]!["waybill.key"])],
  ["no schema", "{}"],
])("sees another %s", (_what, other) => {
  expect(isSameSchema(JSON.stringify(base), other)).toBe(false);
});
