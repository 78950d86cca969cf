import { describe, expect, it } from "@jest/globals";
import { isAscii } from "./ascii.ts";
import { AvroInput } from "./avro-input.ts";

const LENGTHS = Array.from({ length: 40 }, (_, length) => length);

/** Bytes with strangers on both sides, anywhere in memory. */
function inputAt(offset: number, text: Uint8Array): AvroInput {
  const memory = new Uint8Array(offset + text.length + 2).fill(0xff);
  memory.set(text, offset + 1);
  return new AvroInput(memory.subarray(offset), "Test");
}

describe("isAscii", () => {
  it.each(LENGTHS)("takes %i ASCII bytes, whatever lies around them", (length) => {
    for (let offset = 0; offset < 9; offset++) {
      expect(isAscii(inputAt(offset, new Uint8Array(length).fill(0x7f)), 1, length + 1)).toBe(true);
    }
  });

  it.each(LENGTHS.slice(1))("sees each single byte of %i that is not", (length) => {
    for (let at = 0; at < length; at++) {
      const text = new Uint8Array(length).fill(0x41);
      text[at] = 0x80;
      expect(isAscii(inputAt(3, text), 1, length + 1)).toBe(false);
    }
  });

  it("tells messages of one memory and of others apart", () => {
    const shared = Buffer.alloc(64, 0x41);
    shared.fill(0x80, 32);
    const other = Buffer.alloc(2 * 1024 * 1024, 0x41);
    const found = [shared.subarray(0, 32), other, shared.subarray(32), shared.subarray(16, 32)].map((bytes) =>
      isAscii(new AvroInput(bytes, "Test"), 0, 16),
    );
    expect(found).toEqual([true, true, false, true]);
  });
});
