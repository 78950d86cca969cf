import { parseSchemaOrThrow, type RecordSchema } from "@waybill/avro";
import { expect, it } from "@jest/globals";
import { diffRecords, type SchemaChange } from "./schema-diff.ts";

function recordOf(fields: readonly object[], more: object = {}): RecordSchema {
  const { schema } = parseSchemaOrThrow(JSON.stringify({ type: "record", name: "a.b.C", fields, ...more }));
  if (schema.type !== "record") throw new Error("no record");
  return schema;
}

function diff(before: readonly object[], after: readonly object[]): readonly SchemaChange[] {
  return diffRecords(recordOf(before), recordOf(after));
}

const id = { name: "id", type: "string" };
const line = (...fields: readonly object[]) => ({
  name: "lines",
  type: { type: "array", items: { type: "record", name: "Line", fields } },
});

it("finds nothing where nothing differs, whatever the order", () => {
  expect(diff([id, line(id)], [line(id), id])).toEqual([]);
});

it("tells what a field brings and what goes with it", () => {
  const note = { name: "note", type: ["null", "string"], default: null, doc: "Why.", "waybill.pii": true };
  expect(diff([id], [id, note])).toEqual([
    {
      kind: "added",
      path: "note",
      attributes: [
        { attribute: "type", after: "null | string" },
        { attribute: "default", after: null },
        { attribute: "doc", after: "Why." },
        { attribute: "waybill.pii", after: true },
      ],
    },
  ]);
  expect(diff([id, { name: "n", type: "int" }], [id])).toEqual([
    { kind: "removed", path: "n", attributes: [{ attribute: "type", before: "int" }] },
  ]);
});

it.each<[object, object, object]>([
  [{ type: "int" }, { type: "long" }, { attribute: "type", before: "int", after: "long" }],
  [
    { type: "int", default: 1 },
    { type: "int", default: 2 },
    { attribute: "default", before: 1, after: 2 },
  ],
  [{ type: "int", default: 0 }, { type: "int" }, { attribute: "default", before: 0 }],
  [
    { type: { type: "long", logicalType: "timestamp-millis" } },
    { type: { type: "long", logicalType: "timestamp-micros" } },
    { attribute: "type", before: "long (timestamp-millis)", after: "long (timestamp-micros)" },
  ],
  [
    { type: { type: "enum", name: "E", symbols: ["A"] } },
    { type: { type: "enum", name: "E", symbols: ["A", "B"], default: "A" } },
    { attribute: "type", before: "enum E {A}", after: "enum E {A, B; default A}" },
  ],
  [
    { type: "int", doc: "a" },
    { type: "int", doc: "b" },
    { attribute: "doc", before: "a", after: "b" },
  ],
  [{ type: "int", order: "ignore" }, { type: "int" }, { attribute: "order", before: "ignore" }],
  [{ type: "int" }, { type: "int", "waybill.key": true }, { attribute: "waybill.key", after: true }],
])("tells what changed from %j to %j", (before, after, attribute) => {
  expect(diff([{ name: "x", ...before }], [{ name: "x", ...after }])).toEqual([
    { kind: "changed", path: "x", attributes: [attribute] },
  ]);
});

it("follows a field that was renamed by an alias", () => {
  expect(diff([{ name: "sum", type: "int" }], [{ name: "total", type: "int", aliases: ["sum"] }])).toEqual([
    {
      kind: "changed",
      path: "total",
      attributes: [
        { attribute: "name", before: "sum", after: "total" },
        { attribute: "aliases", after: ["sum"] },
      ],
    },
  ]);
});

it("takes an alias for a rename only when the old field is gone", () => {
  const changes = diff(
    [{ name: "sum", type: "int" }],
    [
      { name: "sum", type: "int" },
      { name: "total", type: "int", aliases: ["sum"], default: 0 },
    ],
  );
  expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(["added total"]);
});

it("looks into records, also into one that was renamed", () => {
  const after = {
    name: "lines",
    type: { type: "array", items: { type: "record", name: "Row", fields: [id, { name: "n", type: "int" }] } },
  };
  expect(diff([line(id)], [after]).map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    "changed lines",
    "changed lines[]",
    "added lines[].n",
  ]);
});

it("ends at recursive types", () => {
  const next = { name: "next", type: ["null", "C"] };
  expect(diff([next], [next, id]).map(({ path }) => path)).toEqual(["id"]);
});
