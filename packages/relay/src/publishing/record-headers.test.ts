import { describe, expect, it } from "@jest/globals";
import { decodeRecordHeaders, encodeRecordHeaders } from "@waybill/events";
import { areRecordHeaders } from "./record-headers.ts";

const valid = (bytes: Uint8Array) => areRecordHeaders(bytes, 0, bytes.length);

describe("areRecordHeaders", () => {
  it.each([
    ["none", encodeRecordHeaders([])],
    [
      "some",
      encodeRecordHeaders([
        ["ce_id", "1"],
        ["empty", ""],
        ["long", "x".repeat(300)],
      ]),
    ],
    ["a null value", Uint8Array.of(2, 2, 0x61, 1)],
  ])("takes %s", (_, bytes) => {
    expect(valid(bytes)).toBe(true);
    expect(areRecordHeaders(Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(2)]), 3, 3 + bytes.length)).toBe(true);
  });

  it.each([
    ["nothing", []],
    ["a negative count", [1]],
    ["a count alone", [2]],
    ["a negative name", [2, 1, 0]],
    ["a value below null", [2, 2, 0x61, 3]],
    ["a name that is cut", [2, 20, 0x61]],
    ["a value that is cut", [2, 2, 0x61, 4, 0x61]],
    ["bytes after the last", [0, 0]],
    ["a length without end", [0x80, 0x80, 0x80, 0x80, 0x80, 0]],
  ])("refuses %s", (_, bytes) => {
    expect(valid(Uint8Array.from(bytes))).toBe(false);
  });

  it("agrees with the decoder on what is cut or changed anywhere", () => {
    const bytes = encodeRecordHeaders([
      ["a", "bc"],
      ["d", ""],
    ]);
    for (let at = 0; at < bytes.length; at++) {
      expect(valid(bytes.subarray(0, at))).toBe(false);
      for (const value of [0, 1, 2, 3, 4, 7, 0x7f, 0x80, 0xff]) {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        expect({ at, value, isValid: valid(changed) }).toEqual({ at, value, isValid: decodes(changed) });
      }
    }
  });
});

function decodes(bytes: Uint8Array): boolean {
  try {
    decodeRecordHeaders(bytes);
    return true;
  } catch (error) {
    // A name that is not UTF-8 is as good to Kafka as any other.
    return (error as Error).message.includes("UTF-8");
  }
}
