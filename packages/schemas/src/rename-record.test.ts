import { parseSchemaOrThrow } from "@waybill/avro";
import { expect, it } from "@jest/globals";
import { renameRecord } from "./rename-record.ts";

/** Names of all types that a text defines, after a proof that it is a valid schema. */
function namesIn(text: string): readonly string[] {
  return [...parseSchemaOrThrow(text).named.keys()];
}

it("changes the name and the namespace and nothing else", () => {
  const text = `{ "doc": "a.B",\n  "type":  "record", "namespace" : "a", "name":"B",\n  "fields": [ ] }`;
  expect(renameRecord(text, "c.d.E")).toBe(
    `{ "doc": "a.B",\n  "type":  "record", "namespace" : "c.d", "name":"E",\n  "fields": [ ] }`,
  );
});

it("takes the types inside along, and every use of their names", () => {
  const text = JSON.stringify({
    type: "record",
    name: "a.b.Placed",
    fields: [
      { name: "line", type: { type: "record", name: "Line", fields: [{ name: "of", type: ["null", "Placed"] }] } },
      { name: "lines", type: { type: "array", items: "a.b.Line" } },
      { name: "more", type: { type: "map", values: "Line" } },
      { name: "own", type: { type: "enum", name: "S", namespace: "x", symbols: ["Placed"], default: "Placed" } },
      { name: "again", type: ["null", "a.b.Placed", "x.S"], default: null, doc: "Placed" },
    ],
  });
  const renamed = renameRecord(text, "c.d.Gone");
  expect(namesIn(renamed)).toEqual(["c.d.Gone", "c.d.Line", "x.S"]);
  expect(JSON.parse(renamed)).toMatchObject({
    name: "c.d.Gone",
    fields: [
      { type: { name: "Line", fields: [{ type: ["null", "Gone"] }] } },
      { type: { items: "c.d.Line" } },
      { type: { values: "Line" } },
      { type: { symbols: ["Placed"], default: "Placed" } },
      { type: ["null", "c.d.Gone", "x.S"], doc: "Placed" },
    ],
  });
});

it("spells out the short name of a type that stays in the old namespace", () => {
  const text = JSON.stringify({
    type: "record",
    name: "B",
    namespace: "a",
    fields: [
      { name: "one", type: { type: "enum", name: "a.E", symbols: ["X"] } },
      { name: "two", type: { type: "array", items: "E" } },
    ],
  });
  const renamed = renameRecord(text, "c.B");
  expect(namesIn(renamed)).toEqual(["c.B", "a.E"]);
  expect(renamed).toContain('"items":"a.E"');
});

it("refers by the full name from a type with a namespace of its own", () => {
  const inner = { type: "record", name: "x.In", fields: [{ name: "up", type: ["null", "a.B"] }] };
  const text = JSON.stringify({
    type: "record",
    name: "B",
    namespace: "a",
    fields: [
      { name: "in", type: inner },
      { name: "b", type: ["null", "B"] },
    ],
  });
  const renamed = renameRecord(text, "a.BV2");
  expect(namesIn(renamed)).toEqual(["a.BV2", "x.In"]);
  expect(renamed).toContain('["null","a.BV2"]');
  expect(renamed).toContain('["null","BV2"]');
});
