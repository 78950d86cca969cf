import { expect, it } from "@jest/globals";
import { DecodeError } from "./errors.ts";
import { decodeRecordHeaders, encodeRecordHeaders } from "./record-headers.ts";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

it("writes count, names and values as Kafka does", () => {
  expect([...encodeRecordHeaders([["ab", "c"]])]).toEqual([2, 4, 97, 98, 2, 99]);
  expect([...encodeRecordHeaders([])]).toEqual([0]);
});

it("brings back long values and text beyond ASCII", () => {
  const headers = [
    ["ce_source", "/caffè/☕"],
    ["long", "x".repeat(20_000)],
    ["empty", ""],
  ] as const;
  const decoded = decodeRecordHeaders(encodeRecordHeaders(headers));
  expect(decoded.map(([name, value]) => [name, text(value)])).toEqual(headers);
});

it("reads a null value as empty", () => {
  expect(decodeRecordHeaders(Uint8Array.of(2, 2, 97, 1))).toEqual([["a", new Uint8Array()]]);
});

it.each([
  { name: "cut short in a value", bytes: [2, 2, 97, 8, 1], message: "cut short" },
  { name: "cut short in a length", bytes: [2, 0x80], message: "cut short" },
  { name: "bytes after the last header", bytes: [0, 9], message: "end at byte 1 of 2" },
  { name: "an endless length", bytes: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], message: "more than 5 bytes" },
  { name: "a count beyond the bytes", bytes: [0xfe, 0xff, 0xff, 0xff, 0x0f], message: "cut short" },
  { name: "a negative count", bytes: [1], message: "the length -1 at byte 0" },
  { name: "a negative length that is not null", bytes: [2, 3], message: "the length -2 at byte 1" },
  { name: "a name that is not UTF-8", bytes: [2, 2, 0xff, 0], message: "name at byte 1 is not UTF-8" },
])("refuses $name", ({ bytes, message }) => {
  expect(() => decodeRecordHeaders(Uint8Array.from(bytes))).toThrow(DecodeError);
  expect(() => decodeRecordHeaders(Uint8Array.from(bytes))).toThrow(message);
});
