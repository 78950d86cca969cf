import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { Compression } from "./record-batch.ts";

/** A batch that inflates beyond this is refused rather than let exhaust the process's memory. */
const maxOutputLength = 256 * 1024 * 1024;

/** The records of a batch, or why they cannot be had: "opaque" for codecs that Node has no decoder for. */
export type Decompressed =
  | { readonly kind: "records"; readonly bytes: Buffer }
  | { readonly kind: "opaque" }
  | { readonly kind: "broken"; readonly cause: unknown };

/** Undoes a batch's compression. Snappy and LZ4 stay as they are. */
export function decompress(codec: number, bytes: Buffer): Decompressed {
  try {
    switch (codec) {
      case Compression.none:
        return { kind: "records", bytes };
      case Compression.gzip:
        return { kind: "records", bytes: gunzipSync(bytes, { maxOutputLength }) };
      case Compression.zstd:
        return { kind: "records", bytes: zstdDecompressSync(bytes, { maxOutputLength }) };
      default:
        return { kind: "opaque" };
    }
  } catch (cause) {
    return { kind: "broken", cause };
  }
}
