import { createHash } from "node:crypto";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { decompress } from "./compression.ts";
import { Compression } from "./record-batch.ts";

/** What Java's Kafka client 4.3 (snappy-java, lz4-java) makes of `text`, in base64. */
const compressedByJava = {
  snappyFramed: [
    "glNOQVBQWQAAAAABAAAAAQAAAf2eDnRhbiBldmVudCBvZiBvcmRlciAwIGZvciBjdXN0b20BDwQ7IEYkAAAxNiQADDc5MTlOJwAA",
    "MjYnABAxNTgzOE4oAAQzIDJzABAyMzc1N04oAAA0NigAEDMxNjc2TigAADU6KAAMOTU5NU4oAAA2NigAEDQ3NTE0TigAOhMBEDU1",
    "NDMzTigAOhcBEDYzMzUyTigAOhgBEDcxMjcxTigAOhgBIWdSjwE6GAEMODcxMFKQAToYAQw5NTAyUpABOhgBEDEwMjk0UpEBOhkB",
    "EDExMDg2UpIBOhoBEDExODc4UpMBOhsBEDEyNjcwUpQBOhwBEDEzNDYyUpUBOh0BEDE0MjU0UpYBOh4BEDE1MDQ2UpcBPh8BQddS",
    "mAE+HwEMNjYyOVKZAT4fAQw3NDIxUpoBPh8BDDgyMTNSmgE+HwEMOTAwNVKaAT4fAQw5Nzk3UpoBOh8BEDIwNTg5UpoBOh8BEDIx",
    "MzgxUpoBOh8BEDIyMTczUpoBOh8BEDIyOTY1UpoBOh8BhUlSmgE6HwEQMjQ1NDhSmgE6HwEQMjUzNDBSmgE+HwEMNjEzMlKaAT4f",
    "AQw2OTI0UpoBPh8BDDc3MTZSmgE+HwEMODUwOFKaAT4fAQw5MzAwUpoBOh8BEDMwMDkyUpoBOh8BJDMwODg0MTsgYWL+AgD+AgD+",
    "AgAJAg==",
  ].join(""),
  snappyRaw: [
    "ng50YW4gZXZlbnQgb2Ygb3JkZXIgMCBmb3IgY3VzdG9tAQ8EOyBGJAAAMTYkAAw3OTE5TicAADI2JwAQMTU4MzhOKAAEMyAycwAQ",
    "MjM3NTdOKAAANDYoABAzMTY3Nk4oAAA1OigADDk1OTVOKAAANjYoABA0NzUxNE4oADoTARA1NTQzM04oADoXARA2MzM1Mk4oADoY",
    "ARA3MTI3MU4oADoYASFnUo8BOhgBDDg3MTBSkAE6GAEMOTUwMlKQAToYARAxMDI5NFKRAToZARAxMTA4NlKSAToaARAxMTg3OFKT",
    "ATobARAxMjY3MFKUATocARAxMzQ2MlKVATodARAxNDI1NFKWAToeARAxNTA0NlKXAT4fAUHXUpgBPh8BDDY2MjlSmQE+HwEMNzQy",
    "MVKaAT4fAQw4MjEzUpoBPh8BDDkwMDVSmgE+HwEMOTc5N1KaATofARAyMDU4OVKaATofARAyMTM4MVKaATofARAyMjE3M1KaATof",
    "ARAyMjk2NVKaATofAYVJUpoBOh8BEDI0NTQ4UpoBOh8BEDI1MzQwUpoBPh8BDDYxMzJSmgE+HwEMNjkyNFKaAT4fAQw3NzE2UpoB",
    "Ph8BDDg1MDhSmgE+HwEMOTMwMFKaATofARAzMDA5MlKaATofASQzMDg4NDE7IGFi/gIA/gIA/gIACQI=",
  ].join(""),
  lz4: [
    "BCJNGGBAgvgBAADwD2FuIGV2ZW50IG9mIG9yZGVyIDAgZm9yIGN1c3RvbQ8ALjsgJAAaMSQATzc5MTknAAEaMicAXzE1ODM4KAAB",
    "GjMoAF8yMzc1NygAARo0KABfMzE2NzYoAAEbNSgATzk1OTUoAAEaNigAXzQ3NTE0KAABCxMBXzU1NDMzKAABCxcBXzYzMzUyKAAB",
    "CxgBXzcxMjcxKAABCxgBAGcBHzAoAAELGAFPODcxMJABAgsYAU85NTAykAECCxgBXzEwMjk0kQECCxkBXzExMDg2kgECCxoBXzEx",
    "ODc4kwECCxsBXzEyNjcwlAECCxwBXzEzNDYylQECCx0BXzE0MjU0lgECCx4BXzE1MDQ2lwECDB8BANcCD5gBAgwfAU82NjI5mQEC",
    "DB8BTzc0MjGaAQIMHwFPODIxM5oBAgwfAU85MDA1mgECDB8BTzk3OTeaAQILHwFfMjA1ODmaAQILHwFfMjEzODGaAQILHwFfMjIx",
    "NzOaAQILHwFfMjI5NjWaAQILHwEBSQQPmgECCx8BXzI0NTQ4mgECCx8BXzI1MzQwmgECDB8BTzYxMzKaAQIMHwFPNjkyNJoBAgwf",
    "AU83NzE2mgECDB8BTzg1MDiaAQIMHwFPOTMwMJoBAgsfAV8zMDA5MpoBAgsfAVAzMDg4NJoBH2ICAK5QYmFiYWIAAAAA",
  ].join(""),
};

const sentences = Array.from({ length: 40 }, (_, i) => `an event of order ${i % 7} for customer ${i * 7919}; `);
const text = Buffer.from(sentences.join("") + "ab".repeat(100));

const compressed: [name: string, codec: number, bytes: Buffer][] = [
  ["none", Compression.none, text],
  ["gzip", Compression.gzip, gzipSync(text)],
  ["zstd", Compression.zstd, zstdCompressSync(text)],
  ["framed Snappy", Compression.snappy, Buffer.from(compressedByJava.snappyFramed, "base64")],
  ["raw Snappy", Compression.snappy, Buffer.from(compressedByJava.snappyRaw, "base64")],
  ["LZ4", Compression.lz4, Buffer.from(compressedByJava.lz4, "base64")],
];

describe("decompress", () => {
  it("starts from the text that the fixtures were made of", () => {
    expect(createHash("sha256").update(text).digest("hex")).toBe(
      "1315914d5caee66980140bd51b6885f077a5ee725823b77d868b3122ea987808",
    );
  });

  it.each(compressed)("undoes %s", (_, codec, bytes) => {
    expect(decompress(codec, bytes)).toEqual({ kind: "records", bytes: text });
  });

  it.each(compressed.slice(1))("calls %s broken that is cut anywhere", (_, codec, bytes) => {
    for (let length = 0; length < bytes.length; length += 1) {
      const result = decompress(codec, Buffer.from(bytes.subarray(0, length)));
      // A cut between two frames, or before trailing checksums, may leave whole content: never the whole text.
      if (result.kind === "records") expect(result.bytes.length).toBeLessThan(text.length);
    }
  });

  it.each(compressed.slice(3))("survives %s with any byte changed", (_, codec, bytes) => {
    for (let index = 0; index < bytes.length; index += 1) {
      for (const change of [0x01, 0x80, 0xff]) {
        const spoiled = Buffer.from(bytes);
        spoiled.writeUInt8(spoiled.readUInt8(index) ^ change, index);
        expect(["records", "broken"]).toContain(decompress(codec, spoiled).kind);
      }
    }
  });

  it("knows no other codec", () => {
    expect(decompress(5, text)).toEqual({ kind: "broken", reason: "there is no compression 5" });
  });
});
