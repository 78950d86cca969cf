import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { messageOf } from "../errors.ts";
import { decompressLz4 } from "./lz4.ts";
import { Compression } from "./record-batch.ts";
import { decompressSnappy } from "./snappy.ts";

/** A batch that inflates beyond this is refused rather than let exhaust the process's memory. */
const maxOutputLength = 256 * 1024 * 1024;

/** The records of a batch, or why they cannot be had. */
export type Decompressed =
  | { readonly kind: "records"; readonly bytes: Buffer }
  | { readonly kind: "broken"; readonly reason: string };

/** Undoes a batch's compression. */
export function decompress(codec: number, bytes: Buffer): Decompressed {
  try {
    return { kind: "records", bytes: inflate(codec, bytes) };
  } catch (error) {
    return { kind: "broken", reason: messageOf(error) };
  }
}

function inflate(codec: number, bytes: Buffer): Buffer {
  switch (codec) {
    case Compression.none:
      return bytes;
    case Compression.gzip:
      return gunzipSync(bytes, { maxOutputLength });
    case Compression.snappy:
      return decompressSnappy(bytes, maxOutputLength);
    case Compression.lz4:
      return decompressLz4(bytes, maxOutputLength);
    case Compression.zstd:
      return zstdDecompressSync(bytes, { maxOutputLength });
    default:
      throw new RangeError(`there is no compression ${codec}`);
  }
}
