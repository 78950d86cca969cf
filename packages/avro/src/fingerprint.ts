import { createHash } from "node:crypto";
import { canonicalForm } from "./canonical-form.ts";
import type { Schema } from "./model/schema.ts";

/** The fingerprint of the empty text, and the polynomial: both are the specification's. */
const EMPTY = 0xc15d213aa4d7a795n;

const TABLE: readonly bigint[] = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? EMPTY : 0n);
  return value;
});

/** CRC-64-AVRO of the canonical form, as an unsigned 64-bit integer. */
export function fingerprint64(schema: Schema): bigint {
  let value = EMPTY;
  for (const byte of new TextEncoder().encode(canonicalForm(schema))) {
    value = (value >> 8n) ^ (TABLE[Number((value ^ BigInt(byte)) & 0xffn)] ?? 0n);
  }
  return value;
}

/** MD5 of the canonical form, 16 bytes. */
export function fingerprintMd5(schema: Schema): Uint8Array {
  return digest("md5", schema);
}

/** SHA-256 of the canonical form, 32 bytes. */
export function fingerprintSha256(schema: Schema): Uint8Array {
  return digest("sha256", schema);
}

function digest(algorithm: "md5" | "sha256", schema: Schema): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(canonicalForm(schema), "utf8").digest());
}
