import { describe, expect, it } from "@jest/globals";
import { findRecord, summariseRecords } from "./record-walk.ts";

/** key "k", value "v", one header "h" without value; both deltas small enough for a byte. */
function record(timestampDelta: number, offsetDelta: number): Buffer {
  const zigzag = (delta: number): number => (delta << 1) ^ (delta >> 31);
  const body = [0, zigzag(timestampDelta), zigzag(offsetDelta), 2, 0x6b, 2, 0x76, 2, 2, 0x68, 1];
  return Buffer.from([body.length << 1, ...body]);
}

const three = Buffer.concat([record(5, 0), record(9, 1), record(-3, 2)]);

describe("summariseRecords", () => {
  it("tells what an append needs to know", () => {
    expect(summariseRecords(three, 3)).toEqual({
      valid: true,
      minTimestampDelta: -3,
      maxTimestampDelta: 9,
      hasNullKey: false,
      isConsecutive: true,
    });
  });

  it("reads timestamp deltas beyond 32 bits, of either sign", () => {
    const zigzag = (delta: bigint): number[] => {
      const bytes: number[] = [];
      let rest = (delta << 1n) ^ (delta >> 63n);
      for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
      return [...bytes, Number(rest)];
    };
    for (const delta of [2n ** 27n, 2n ** 31n, 1_795_000_000_000n, -1_795_000_000_000n, -(2n ** 28n)]) {
      const body = [0, ...zigzag(delta), 0, 1, 1, 0];
      const summary = summariseRecords(Buffer.from([body.length << 1, ...body]), 1);
      expect(summary).toMatchObject({ valid: true, maxTimestampDelta: Number(delta), hasNullKey: true });
    }
  });

  it("says which record is wrong, and how", () => {
    expect(summariseRecords(three, 4)).toEqual({ valid: false, reason: "record 3 of 4: its length is wrong" });
    expect(summariseRecords(three, 2)).toEqual({
      valid: false,
      reason: "bytes follow after the 2 records that the header counts",
    });
  });

  it("finds fault with every cut, and reads nothing outside", () => {
    for (let length = 0; length < three.length; length += 1) {
      expect(summariseRecords(three.subarray(0, length), 3).valid).toBe(false);
    }
  });
});

describe("findRecord", () => {
  it("answers the first that is accepted", () => {
    expect(findRecord(three, 3, ({ timestampDelta }) => timestampDelta >= 6)).toEqual({
      timestampDelta: 9,
      offsetDelta: 1,
    });
    expect(findRecord(three, 3, () => false)).toBeUndefined();
  });
});
