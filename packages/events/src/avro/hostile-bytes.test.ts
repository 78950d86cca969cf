import { expect, it } from "@jest/globals";
import { describeEvent } from "../describe-event.ts";
import { DecodeError } from "../errors.ts";
import { MAX_NESTING, MAX_ZERO_WIDTH_ITEMS } from "./limits.ts";

const event = (type: unknown) =>
  describeEvent<"a.b.c", 1, { f: unknown }>({
    type: "a.b.c",
    version: 1,
    schema: JSON.stringify({ type: "record", name: "R", fields: [{ name: "f", type }] }),
  });
const arrayOf = (items: unknown) => ({ type: "array", items });
const huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]; // 2^63 - 1, zigzagged
const empty = { type: "record", name: "Empty", fields: [] };

it.each<{ name: string; type: unknown; bytes: number[]; message: string; position: number }>([
  {
    name: "an int of six bytes",
    type: "int",
    bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    message: "an int has more than 32 bits",
    position: 0,
  },
  {
    name: "an int of 33 bits",
    type: "int",
    bytes: [0x80, 0x80, 0x80, 0x80, 0x10],
    message: "an int has more than 32 bits",
    position: 0,
  },
  {
    name: "a long of 65 bits",
    type: "long",
    bytes: [...huge.slice(0, 9), 0x02],
    message: "a long has more than 64 bits",
    position: 0,
  },
  {
    name: "an endless long",
    type: "long",
    bytes: Array<number>(20).fill(0x80),
    message: "a long has more than 64 bits",
    position: 0,
  },
  { name: "a boolean of 2", type: "boolean", bytes: [2], message: "a boolean is neither 0 nor 1", position: 1 },
  {
    name: "a string longer than the message",
    type: "string",
    bytes: [0x10, 0x61],
    message: "the bytes end inside a value",
    position: 1,
  },
  { name: "a string of negative length", type: "string", bytes: [0x01], message: "a length is negative", position: 0 },
  {
    name: "a string of 2^31 bytes",
    type: "string",
    bytes: [0xfe, 0xff, 0xff, 0xff, 0x0f],
    message: "the bytes end inside a value",
    position: 5,
  },
  {
    name: "a short string that is not UTF-8",
    type: "string",
    bytes: [0x02, 0xff],
    message: "a string is not UTF-8",
    position: 1,
  },
  {
    name: "half a character",
    type: "string",
    bytes: [0x04, 0x61, 0xc3],
    message: "a string is not UTF-8",
    position: 1,
  },
  {
    name: "a lone surrogate in UTF-8",
    type: "string",
    bytes: [0x06, 0xed, 0xa0, 0x80],
    message: "a string is not UTF-8",
    position: 1,
  },
  {
    name: "an enum beyond its symbols",
    type: { type: "enum", name: "E", symbols: ["A"] },
    bytes: [0x02],
    message: "an enum's index is beyond its symbols",
    position: 0,
  },
  {
    name: "a negative enum",
    type: { type: "enum", name: "E", symbols: ["A"] },
    bytes: [0x01],
    message: "an enum's index is beyond its symbols",
    position: 0,
  },
  {
    name: "a union beyond its branches",
    type: ["null", "int"],
    bytes: [0x04],
    message: "a union's index is beyond its branches",
    position: 0,
  },
  {
    name: "a timestamp beyond Date",
    type: { type: "long", logicalType: "timestamp-millis" },
    bytes: huge,
    message: "a timestamp lies beyond what a Date can hold",
    position: 0,
  },
  {
    name: "micros beyond Date",
    type: { type: "long", logicalType: "timestamp-micros" },
    bytes: huge,
    message: "a timestamp lies beyond what a Date can hold",
    position: 0,
  },
  {
    name: "an array of 2^63 items",
    type: arrayOf("int"),
    bytes: [...huge, 0],
    message: "more items than there are bytes",
    position: 0,
  },
  {
    name: "an array of -2^63 items",
    type: arrayOf("int"),
    bytes: [...huge.slice(0, 9).map((byte) => byte | 1), 0x01, 0x00, 0],
    message: "more items than there are bytes",
    position: 0,
  },
  {
    name: "a map of 2^63 entries",
    type: { type: "map", values: "null" },
    bytes: [...huge, 0],
    message: "more items than there are bytes",
    position: 0,
  },
  {
    name: "an array of 2^63 nulls",
    type: arrayOf("null"),
    bytes: [...huge, 0],
    message: "array items that take no bytes",
    position: 0,
  },
  {
    name: "an array of 2^63 empty records",
    type: arrayOf(empty),
    bytes: [...huge, 0],
    message: "array items that take no bytes",
    position: 0,
  },
])("refuses $name", ({ type, bytes, message, position }) => {
  const decode = () => event(type).decode(Uint8Array.from(bytes));
  expect(decode).toThrow(message);
  try {
    decode();
  } catch (error) {
    expect(DecodeError.is(error) && [error.code, error.position]).toEqual(["BYTES_UNREADABLE", position]);
    expect(String(error)).toContain(`cannot read R at byte ${position} of ${bytes.length}: `);
  }
});

it("bounds items without bytes over all arrays of a message, in both directions", () => {
  const nested = event(arrayOf(arrayOf("null")));
  const nulls = Array<null>(MAX_ZERO_WIDTH_ITEMS / 2).fill(null);
  const bytes = nested.encode({ f: [nulls, nulls] });
  expect(bytes).toHaveLength(1 + 3 + 1 + 3 + 1 + 1);
  expect(nested.decode(bytes)).toEqual({ f: [nulls, nulls] });
  expect(nested.explain({ f: [nulls, nulls, [null]] })).toEqual([
    { path: "f[2]", message: "more than 65536 array items that take no bytes" },
  ]);
  expect(() => nested.encode({ f: [nulls, nulls, [null]] })).toThrow("f[2]: more than 65536 array items");
});

it("takes blocks in any division, and the sizes that may stand before them", () => {
  const blocks = [0x02, 0x02, 0x03, 0x04, 0x04, 0x06, 0x00]; // 1 item; 2 items, marked to be 2 bytes
  expect(event(arrayOf("int")).decode(Uint8Array.from(blocks))).toEqual({ f: [1, 2, 3] });
});

const tree = {
  type: "record",
  name: "Tree",
  fields: [{ name: "children", type: { type: "array", items: ["Tree", "null"] } }],
};
const nest = (levels: number): unknown => {
  let value: unknown = { children: [] };
  for (let i = 1; i < levels; i++) value = { children: [value] };
  return { f: value };
};

it("bounds the depth of records that hold themselves, in both directions", () => {
  const trees = event(tree);
  expect(trees.decode(trees.encode(nest(MAX_NESTING) as { f: unknown }))).toEqual(nest(MAX_NESTING));
  expect(() => trees.encode(nest(MAX_NESTING + 1) as { f: unknown })).toThrow(
    "records are nested deeper than 200 levels",
  );
  // One item, the branch 0, and so on: two bytes for each level.
  const bytes = new Uint8Array(100_000).map((_, i) => (i % 2 === 0 ? 2 : 0));
  expect(() => trees.decode(bytes)).toThrow("records are nested deeper than 200 levels");
});

it("refuses data that holds itself", () => {
  const circle: { children: unknown[] } = { children: [] };
  circle.children.push(circle, circle);
  expect(() => event(tree).encode({ f: circle })).toThrow("records are nested deeper than 200 levels");
});
