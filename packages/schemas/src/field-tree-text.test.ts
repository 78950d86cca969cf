import { parseSchemaOrThrow, type RecordSchema } from "@waybill/avro";
import { expect, it } from "@jest/globals";
import { fieldTreeOf } from "./field-tree.ts";
import { formatFieldTree, wrap } from "./field-tree-text.ts";

function recordOf(fields: readonly object[]): RecordSchema {
  const { schema } = parseSchemaOrThrow(JSON.stringify({ type: "record", name: "a.b.C", fields }));
  if (schema.type !== "record") throw new Error("no record");
  return schema;
}

const money = {
  type: "record",
  name: "Money",
  fields: [{ name: "amount", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } }],
};

it("draws records inside arrays, and each record once", () => {
  const fields = [
    { name: "id", type: "string", doc: "The thing." },
    { name: "prices", type: { type: "array", items: money }, doc: "What it costs." },
    { name: "tax", type: ["null", "Money"], default: null, aliases: ["vat"] },
  ];
  expect(formatFieldTree(fieldTreeOf(recordOf(fields), "id"))).toBe(`C
├─ id: string, key
│    The thing.
├─ prices: array<Money>
│  │ What it costs.
│  └─ amount: bytes (decimal 9,2)
└─ tax: null | Money, default null, alias vat
`);
});

it("names the records of a union that holds several", () => {
  const card = { type: "record", name: "x.Card", fields: [{ name: "last4", type: "string" }] };
  expect(formatFieldTree(fieldTreeOf(recordOf([{ name: "by", type: [card, money] }]), null))).toBe(`C
└─ by: x.Card | Money
   ├─ x.Card
   │  └─ last4: string
   └─ Money
      └─ amount: bytes (decimal 9,2)
`);
});

it("ends at a recursive type, and keeps long lists of symbols short", () => {
  const symbols = Array.from({ length: 14 }, (_, index) => `S${index}`);
  const fields = [
    { name: "next", type: ["null", "C"] },
    { name: "state", type: { type: "enum", name: "State", symbols } },
    { name: "hash", type: { type: "map", values: { type: "fixed", name: "H", size: 4 } } },
  ];
  expect(formatFieldTree(fieldTreeOf(recordOf(fields), null))).toBe(`C
├─ next: null | C
├─ state: enum State {S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, and 2 more}
└─ hash: map<fixed H of 4 bytes>
`);
});

it("breaks lines at spaces", () => {
  expect(wrap("one two  three\nfour-is-longer", 8)).toEqual(["one two", "three", "four-is-longer"]);
  expect(wrap(" ", 8)).toEqual([]);
});
