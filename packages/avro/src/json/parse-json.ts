import { ProblemList, type SchemaProblem } from "../parse/problems.ts";
import { readText } from "../parse/read-text.ts";
import type { JsonNode } from "./json-node.ts";

/** A JSON text as a tree of values that know their places. */
export interface ParsedJson {
  /** Null after a syntax error. */
  readonly root: JsonNode | null;
  /** The syntax error, or the repeated keys. */
  readonly problems: readonly SchemaProblem[];
}

/** Reads any JSON text (RFC 8259) as `parseSchema` does: UTF-8, a byte order mark skipped, every value with its place. */
export function parseJson(text: string | Uint8Array, options: { readonly file?: string } = {}): ParsedJson {
  const problems = new ProblemList(false);
  const root = readText(text, options.file ?? null, problems);
  return { root, problems: problems.sorted() };
}
