import { describe, expect, it } from "@jest/globals";
import { AvroInput, readString } from "./avro-input.ts";
import { readNullableString, readStringMap } from "./string-readers.ts";

/** A message with the strings one behind the other, `offset` bytes into its memory. */
function messageOf(strings: readonly Uint8Array[], offset = 0): AvroInput {
  const message = Buffer.concat([new Uint8Array(offset).fill(0xff), bytesOf(strings)]);
  return new AvroInput(message.subarray(offset), "Test");
}

function bytesOf(strings: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(strings.flatMap((string) => [lengthOf(string.length), string]));
}

function lengthOf(length: number): Uint8Array {
  return length < 64 ? Uint8Array.of(length << 1) : Uint8Array.of(((length << 1) & 0x7f) | 0x80, length >> 6);
}

const LENGTHS = Array.from({ length: 70 }, (_, length) => length);
const first = Buffer.from("first");

describe("readString", () => {
  it.each(LENGTHS)("reads an ASCII string of %i bytes behind another, anywhere in memory", (length) => {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(0x20 + ((i * 7) % 0x5f))).join("");
    for (let offset = 0; offset < 9; offset++) {
      const input = messageOf([first, Buffer.from(text), first], offset);
      expect([readString(input), readString(input), readString(input)]).toEqual(["first", text, "first"]);
      expect(input.position).toBe(input.end);
    }
  });

  it.each(LENGTHS.slice(1))("refuses each single byte of %i that is not UTF-8, and says where", (length) => {
    for (let at = 0; at < length; at++) {
      const text = new Uint8Array(length).fill(0x41);
      text[at] = 0xe9;
      const input = messageOf([first, text, first]);
      readString(input);
      const start = input.position + lengthOf(length).length;
      expect(() => readString(input)).toThrow(`at byte ${start} of ${input.end}: a string is not UTF-8`);
    }
  });

  it("reads characters of several bytes between ASCII", () => {
    const strings = ["first", "café", "Grüße aus Köln, 日本", "plain", "x".repeat(61) + "é", "last"];
    const input = messageOf(strings.map((string) => Buffer.from(string)));
    expect(strings.map(() => readString(input))).toEqual(strings);
  });

  it("refuses a string that is cut short", () => {
    const bytes = bytesOf([first, Buffer.from("second")]);
    for (let length = 6; length < bytes.length; length++) {
      const input = new AvroInput(bytes.subarray(0, length), "Test");
      readString(input);
      expect(() => readString(input)).toThrow("the bytes end inside a value");
    }
  });
});

it("readStringMap reads blocks of entries, __proto__ among them", () => {
  const entries = [Buffer.from("a"), Buffer.from("1"), Buffer.from("__proto__"), Buffer.from("2")];
  const input = new AvroInput(Buffer.concat([Uint8Array.of(4), bytesOf(entries), Uint8Array.of(0)]), "Test");
  expect(Object.entries(readStringMap(input))).toEqual([
    ["a", "1"],
    ["__proto__", "2"],
  ]);
});

it("readNullableString reads null, a string, and no third branch", () => {
  expect(readNullableString(new AvroInput(Uint8Array.of(0), "Test"))).toBeNull();
  expect(readNullableString(new AvroInput(Uint8Array.of(2, 2, 0x61), "Test"))).toBe("a");
  expect(() => readNullableString(new AvroInput(Uint8Array.of(4), "Test"))).toThrow("beyond its branches");
});
