import { hash } from "node:crypto";

/**
 * The id of a schema text: the first 8 bytes of its SHA-256, big-endian, signed, as PostgreSQL's bigint holds it.
 * It stands for the very text: a space more is another id.
 */
export function schemaIdOf(schemaText: string): bigint {
  return hash("sha256", schemaText, "buffer").readBigInt64BE();
}
