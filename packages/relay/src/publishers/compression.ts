import { promisify } from "node:util";
import { gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib";
import { compressionsAlgorithms } from "@platformatic/kafka";
import type { Compression } from "../settings/kafka-settings.ts";

export interface Codec {
  /** In the attributes of a record batch. */
  readonly bits: number;
  compress(records: Buffer): Promise<Buffer>;
  decompress(records: Buffer): Promise<Buffer>;
}

const { snappy, lz4 } = compressionsAlgorithms;

/** gzip and zstd work in Node's thread pool; snappy and lz4 are WebAssembly, and quick enough to be waited for. */
const codecs: Readonly<Record<Exclude<Compression, "none">, Codec>> = {
  gzip: { bits: 1, compress: promisify(gzip), decompress: promisify(gunzip) },
  snappy: {
    bits: 2,
    compress: async (records) => snappy.compressSync(records),
    decompress: async (records) => snappy.decompressSync(records),
  },
  lz4: {
    bits: 3,
    compress: async (records) => lz4.compressSync(records),
    decompress: async (records) => lz4.decompressSync(records),
  },
  zstd: { bits: 4, compress: promisify(zstdCompress), decompress: promisify(zstdDecompress) },
};

/** Null for `none`. */
export function codecOf(compression: Compression): Codec | null {
  return compression === "none" ? null : codecs[compression];
}
