import { createHash } from "node:crypto";
import type { IncompatibilityKind } from "../src/index.ts";
import { Random, SchemaGenerator, type SchemaJson } from "./random-schema.ts";

export interface SchemaPair {
  readonly reader: SchemaJson;
  readonly writer: SchemaJson;
}

/** Pairs of which most are two versions of one schema; the same for the same seed. */
export function randomPairs(seed: number, count: number): readonly SchemaPair[] {
  const random = new Random(seed);
  const generator = new SchemaGenerator(random);
  return Array.from({ length: count }, () => {
    const one = generator.schema();
    const other = random.chance(0.8) ? generator.mutated(one) : generator.schema();
    return random.chance(0.5) ? { reader: one, writer: other } : { reader: other, writer: one };
  });
}

/** Tells whether the pairs are still those that verdicts were recorded for. */
export function pairsDigest(pairs: readonly SchemaPair[]): string {
  return createHash("sha256").update(JSON.stringify(pairs)).digest("hex");
}

const KINDS: readonly IncompatibilityKind[] = [
  "NAME_MISMATCH",
  "FIXED_SIZE_MISMATCH",
  "MISSING_ENUM_SYMBOLS",
  "READER_FIELD_MISSING_DEFAULT_VALUE",
  "TYPE_MISMATCH",
  "MISSING_UNION_BRANCH",
];

/** The kinds of a verdict in one character: `0` is compatible. */
export function encodeVerdict(kinds: Iterable<string>): string {
  let bits = 0;
  for (const kind of kinds) bits |= 1 << KINDS.findIndex((known) => known === kind);
  return String.fromCharCode(0x30 + bits);
}
