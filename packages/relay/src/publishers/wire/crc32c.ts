import { createRequire } from "node:module";
import { crc32c as portable } from "@platformatic/kafka";

type Crc32c = (data: Buffer) => number;

/**
 * CRC-32C (Castagnoli), unsigned: the checksum of record batches.
 *
 * Native where @node-rs/crc32 has a binary, WebAssembly elsewhere. @platformatic/kafka's own wrapper of the native one
 * copies its input first, so that it is used for the fallback alone.
 */
export const crc32c: Crc32c = loadNative() ?? ((data) => portable(data) >>> 0);

function loadNative(): Crc32c | null {
  try {
    const native = createRequire(import.meta.url)("@node-rs/crc32") as { crc32c(data: Buffer): number };
    return (data) => native.crc32c(data) >>> 0;
  } catch {
    return null; // an optional dependency: no binary for this platform
  }
}
