import { describe, expect, it } from "@jest/globals";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

describe.each([false, true])("Writer and Reader, flexible: %p", (flexible) => {
  it("agree on every type, wherever in the writer's buffers a value falls", () => {
    const long = "ü".repeat(700);
    for (let padding = 480; padding < 540; padding += 1) {
      const writer = new Writer(flexible);
      writer.bytes(Buffer.alloc(padding, 7));
      writer
        .int8(-8)
        .boolean(true)
        .int16(-16)
        .int32(-32)
        .int64(-64n)
        .unsignedVarint(300)
        .unsignedVarint(2 ** 31);
      writer.string("text").nullableString(null).string("").string(long);
      writer.records([Buffer.from("one"), Buffer.from("two")]).records([]);
      writer.array([1, 2], (value) => writer.int8(value)).nullArray();
      writer.uuid("000102030405060708090a0b0c0d0e0f").endStruct();
      const reader = new Reader(Buffer.concat(writer.finish()), 0, flexible);
      expect(reader.bytes()).toEqual(Buffer.alloc(padding, 7));
      expect([reader.int8(), reader.boolean(), reader.int16(), reader.int32()]).toEqual([-8, true, -16, -32]);
      expect([reader.int64(), reader.unsignedVarint(), reader.unsignedVarint()]).toEqual([-64n, 300, 2 ** 31]);
      expect([reader.string(), reader.nullableString(), reader.string()]).toEqual(["text", null, ""]);
      expect(reader.string()).toBe(long);
      expect([String(reader.bytes()), String(reader.bytes())]).toEqual(["onetwo", ""]);
      expect([reader.array(() => reader.int8()), reader.nullableArray(() => 0)]).toEqual([[1, 2], null]);
      for (let byte = 0; byte < 16; byte += 1) expect(reader.int8()).toBe(byte);
      reader.endStruct();
      expect(() => reader.int8()).toThrow("does not follow its version's grammar");
    }
  });

  it("refuse null where it is not allowed", () => {
    const nulls = Buffer.alloc(4, flexible ? 0 : 0xff);
    expect(() => new Reader(nulls, 0, flexible).string()).toThrow("null in place of a string");
    expect(() => new Reader(nulls, 0, flexible).bytes()).toThrow("null in place of a bytes");
    expect(() => new Reader(nulls, 0, flexible).array(() => 0)).toThrow("null in place of a array");
  });
});

describe("Reader", () => {
  it("skips the tagged fields of a newer client", () => {
    const bytes = Buffer.from([2, 0, 3, 1, 2, 3, 9, 1, 7, 42]); // two fields: tag 0 of 3 bytes, tag 9 of 1
    const reader = new Reader(bytes, 0, true);
    reader.endStruct();
    expect(reader.int8()).toBe(42);
  });
});
