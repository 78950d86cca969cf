import { describe, expect, it } from "@jest/globals";
import { AvroInput } from "./avro-input.ts";
import { readKey } from "./read-key.ts";

function keyOf(text: string | Uint8Array): string {
  const bytes = Buffer.from(text);
  const length = bytes.length < 64 ? [bytes.length << 1] : [((bytes.length << 1) & 0x7f) | 0x80, bytes.length >> 6];
  const input = new AvroInput(Buffer.from([...length, ...bytes]), "samples.Keys");
  const key = readKey(input);
  expect(input.position).toBe(input.end);
  return key;
}

describe("readKey", () => {
  it("gives each key its own text, however often and in whatever order keys come", () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `key-${i}`);
    for (const key of [...keys, ...keys.toReversed(), ...keys]) expect(keyOf(key)).toBe(key);
  });

  it.each([
    "",
    "a",
    "__proto__",
    "constructor",
    "é",
    "Ã©",
    "日本",
    "\uFFFD",
    "\0",
    "12",
    "k".repeat(40),
    "k".repeat(100),
  ])("reads %j the first time and again", (key) => {
    expect(keyOf(key)).toBe(key);
    expect(keyOf(key)).toBe(key);
  });

  it("tells keys apart that share length, first, middle and last character", () => {
    for (const key of ["abXdefg", "abYdefg", "abXdefg"]) expect(keyOf(key)).toBe(key);
  });

  it("refuses bytes that are not UTF-8, also where a key with the same characters was read before", () => {
    expect(keyOf("é")).toBe("é");
    expect(keyOf("caf\u00e9")).toBe("caf\u00e9");
    expect(() => keyOf(Uint8Array.of(0xe9))).toThrow("a string is not UTF-8");
    expect(() => keyOf(Uint8Array.of(0x63, 0x61, 0x66, 0xe9))).toThrow("a string is not UTF-8");
  });
});
