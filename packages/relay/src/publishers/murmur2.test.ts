import { describe, expect, it } from "@jest/globals";
import { Partitioners } from "kafkajs";
import { murmur2, partitionOfKey } from "./murmur2.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("murmur2", () => {
  // Apache Kafka, UtilsTest.testMurmur2
  it.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("gives Java's number for %s", (key, hash) => {
    expect(murmur2(bytes(key))).toBe(hash);
  });

  it("agrees with kafkajs's default partitioner on keys of every length", () => {
    const choose = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 7 }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 0,
      replicas: [0],
      isr: [0],
    }));
    for (let length = 1; length < 200; length++) {
      const key = Buffer.from(Array.from({ length }, (_, n) => (n * 37 + length * 101) & 0xff));
      const theirs = choose({ topic: "t", partitionMetadata, message: { key, value: null } });
      expect(partitionOfKey(key, 7)).toBe(theirs);
    }
  });

  it("reads a view of a larger buffer", () => {
    expect(murmur2(bytes("xxfoobarxx").subarray(2, 8))).toBe(murmur2(bytes("foobar")));
  });
});
