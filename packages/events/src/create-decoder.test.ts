import { describe, expect, it } from "@jest/globals";
import {
  type AvroInput,
  readBranch,
  readCount,
  readFixed,
  readInt,
  readString,
  readTimestampMillis,
} from "./avro/avro-input.ts";
import type { RecordCode, RecordCodes } from "./avro/record-code.ts";
import { createDecoder } from "./create-decoder.ts";
import { describeEvent } from "./describe-event.ts";

const item = {
  type: "record",
  name: "Item",
  fields: [
    { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
    { name: "parts", type: { type: "array", items: "Item" } },
  ],
};

function schemaOf(change: (fields: Record<string, unknown>[]) => void = () => undefined): string {
  const fields: Record<string, unknown>[] = [
    { name: "id", type: "string" },
    { name: "items", type: { type: "array", items: structuredClone(item) } },
    { name: "at", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "size", type: { type: "enum", name: "Size", symbols: ["S", "L"] } },
    { name: "hash", type: { type: "fixed", name: "Hash", size: 2 } },
    { name: "extra", type: ["null", { type: "map", values: "int" }] },
  ];
  change(fields);
  return JSON.stringify({ type: "record", name: "Placed", namespace: "samples", fields });
}

/** Whether the decoder hands on to the descriptor, which is to generated code. The interpreter fails on no bytes. */
function takesOwnDecode(writer: string, reader: string = schemaOf()): boolean {
  const own = Symbol("decoded by the descriptor");
  const decode = createDecoder<unknown>(writer, { schema: reader, decode: () => own });
  try {
    return decode(new Uint8Array()) === own;
  } catch {
    return false;
  }
}

describe("createDecoder", () => {
  it("takes the descriptor's own decode where nothing differs that is written", () => {
    const documented = schemaOf((fields) => {
      Object.assign(fields[0]!, { doc: "The id.", aliases: ["key"], default: "none" });
      Object.assign(fields[3]!.type as object, { doc: "How large.", default: "S" });
    });
    expect(takesOwnDecode(schemaOf())).toBe(true);
    expect(takesOwnDecode(JSON.stringify(JSON.parse(schemaOf()), null, 2))).toBe(true);
    expect(takesOwnDecode(documented)).toBe(true);
    expect(takesOwnDecode(schemaOf((fields) => (fields[0]!.type = { type: "string", logicalType: "uuid" })))).toBe(
      true,
    );
  });

  it.each<[string, (fields: Record<string, unknown>[]) => void]>([
    ["a field less", (fields) => fields.splice(5, 1)],
    ["a field more", (fields) => fields.push({ name: "more", type: "int" })],
    ["another order", (fields) => fields.reverse()],
    ["a timestamp's unit", (fields) => (fields[2]!.type = { type: "long", logicalType: "timestamp-micros" })],
    ["another order of symbols", (fields) => (fields[3]!.type = { type: "enum", name: "Size", symbols: ["L", "S"] })],
    ["a symbol more", (fields) => (fields[3]!.type = { type: "enum", name: "Size", symbols: ["S", "L", "XL"] })],
    ["another order of branches", (fields) => (fields[5]!.type = [{ type: "map", values: "int" }, "null"])],
    ["no union", (fields) => (fields[5]!.type = { type: "map", values: "int" })],
    ["other values of a map", (fields) => (fields[5]!.type = ["null", { type: "map", values: "long" }])],
  ])("resolves where the writer has %s", (_, change) => {
    const reader = schemaOf((fields) => Object.assign(fields[5]!, { default: null }));
    expect(takesOwnDecode(schemaOf(change), describeEvent({ type: "a.b.c", version: 1, schema: reader }).schema)).toBe(
      false,
    );
  });

  it("has the reader's own code make the records that it resolves, and nothing else", () => {
    const descriptor = describeEvent({ type: "a.b.c", version: 1, schema: schemaOf() });
    const writerSchema = schemaOf((fields) => fields.reverse());
    const writer = describeEvent<"a.b.c", 1, object>({ type: "a.b.c", version: 1, schema: writerSchema });
    const data = { id: "a", items: [], at: new Date(1), size: "S", hash: Uint8Array.of(1, 2), extra: null };
    const places: number[] = [];
    const ownReads: ((input: AvroInput) => unknown)[] = [
      readString,
      readCount,
      readTimestampMillis,
      readInt,
      (input) => readFixed(input, 2),
      (input) => readBranch(input, 2),
    ];
    const resolve: RecordCode["resolve"] = (input, steps) => {
      for (const { place, read } of steps) {
        places.push(place);
        // Types that stay are the code's own to read.
        expect(read).toBeNull();
        ownReads[place]?.(input);
      }
      return "made by code";
    };
    const read = () => "read by code";
    const byCode = createDecoder<unknown>(writerSchema, {
      ...descriptor,
      records: { "samples.Placed": { read, resolve } },
    });
    expect(byCode(writer.encode(data))).toBe("made by code");
    expect(places).toEqual([5, 4, 3, 2, 1, 0]);
    const inherited: RecordCodes = { "samples.Placed": { read, resolve } };
    const ofOthers = Object.create(inherited) as RecordCodes;
    expect(createDecoder<unknown>(writerSchema, { ...descriptor, records: ofOthers })(writer.encode(data))).toEqual(
      data,
    );
  });
});
