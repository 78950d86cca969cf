import { parseSchemaOrThrow, type RecordSchema } from "@waybill/avro";
import { describe, expect, it } from "@jest/globals";
import { fieldRowsOf } from "./field-rows.ts";

function recordOf(fields: readonly object[]): RecordSchema {
  const { schema } = parseSchemaOrThrow(JSON.stringify({ type: "record", name: "Placed", namespace: "a.b", fields }));
  if (schema.type !== "record") throw new Error("no record");
  return schema;
}

const line = {
  type: "record",
  name: "Line",
  fields: [
    { name: "sku", type: "string" },
    { name: "parent", type: ["null", "Line"] },
  ],
};

describe("fieldRowsOf", () => {
  it("gives paths and depths, and ends where a type is met again", () => {
    const rows = fieldRowsOf(
      recordOf([
        { name: "id", type: "string" },
        { name: "lines", type: { type: "array", items: line } },
        { name: "last", type: "Line" },
      ]),
      "id",
    );
    expect(rows.map(({ path, depth, key, repeated }) => ({ path, depth, key, repeated }))).toEqual([
      { path: "id", depth: 0, key: true, repeated: [] },
      { path: "lines", depth: 0, key: false, repeated: [] },
      { path: "lines[].sku", depth: 1, key: false, repeated: [] },
      { path: "lines[].parent", depth: 1, key: false, repeated: ["Line"] },
      { path: "last", depth: 0, key: false, repeated: ["Line"] },
    ]);
  });

  it("names the record where a union has several", () => {
    const card = { type: "record", name: "Card", fields: [{ name: "id", type: "string" }] };
    const cash = { type: "record", name: "Cash", fields: [{ name: "id", type: "string" }] };
    const rows = fieldRowsOf(recordOf([{ name: "by", type: [card, { type: "map", values: cash }] }]), null);
    expect(rows.map(({ path, of }) => [path, of])).toEqual([
      ["by", null],
      ["by.id", "Card"],
      ["by{}.id", "Cash"],
    ]);
  });

  it.each([
    [{ "waybill.deprecated": true }, "It should not be used any more."],
    [{ "waybill.deprecated": "Use total." }, "Use total."],
    [{ doc: "The sum. @deprecated use total" }, "The sum. @deprecated use total"],
    [{ doc: "How many were deprecated." }, null],
    [{ "waybill.deprecated": false }, null],
    [{ deprecated: true }, null],
  ])("finds the deprecation in %j", (more, expected) => {
    expect(fieldRowsOf(recordOf([{ name: "sum", type: "int", ...more }]), null)[0]?.deprecated).toBe(expected);
  });
});
