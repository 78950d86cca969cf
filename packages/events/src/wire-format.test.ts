import { expect, it } from "@jest/globals";
import { DecodeError } from "./errors.ts";
import { frame, parseFrame } from "./wire-format.ts";

it("puts a zero byte and the id, big-endian, before the payload", () => {
  expect([...frame(0x01020304, Uint8Array.of(9, 8))]).toEqual([0, 1, 2, 3, 4, 9, 8]);
});

it("takes a value apart, also inside a larger buffer", () => {
  const buffer = Buffer.from([7, 7, 0, 0, 0, 1, 0, 5, 6, 7]);
  expect(parseFrame(buffer.subarray(2, 9))).toEqual({ registryId: 256, payload: Buffer.from([5, 6]) });
});

it("takes an empty payload", () => {
  expect(parseFrame(frame(1, new Uint8Array()))).toEqual({ registryId: 1, payload: new Uint8Array() });
});

it.each([
  { name: "JSON", value: Buffer.from('{"a":1}'), message: "the first byte is 123, not 0" },
  { name: "a short value", value: Buffer.from([0, 0, 0]), message: "3 bytes, shorter than its 5-byte prefix" },
  { name: "an empty value", value: Buffer.alloc(0), message: "0 bytes" },
])("refuses $name", ({ value, message }) => {
  expect(() => parseFrame(value)).toThrow(DecodeError);
  expect(() => parseFrame(value)).toThrow(message);
});
