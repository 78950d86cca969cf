import { describe, expect, it } from "@jest/globals";
import { crc32c } from "./crc32c.ts";

/** The definition: bit by bit, without tables. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

describe("crc32c", () => {
  // RFC 3720, B.4, whose sums are given in little-endian order.
  it.each([
    ["32 zeros", Buffer.alloc(32), 0x8a9136aa],
    ["32 ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
    ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd794e],
    ["nothing", Buffer.alloc(0), 0],
  ])("of %s is the standard's", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it("is the definition's for every length around the eight bytes of a step, from any start", () => {
    const bytes = Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 151 + 13) & 0xff));
    for (let start = 0; start < 9; start += 1) {
      for (let end = start; end <= bytes.length; end += 1) {
        expect(crc32c(bytes.subarray(0, end), start)).toBe(slowCrc32c(bytes.subarray(start, end)));
      }
    }
  });
});
