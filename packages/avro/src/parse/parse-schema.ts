import { AvroError } from "../errors.ts";
import type { JsonNode } from "../json/json-node.ts";
import type { ParsedJson } from "../json/parse-json.ts";
import type { NamedSchema, Schema } from "../model/schema.ts";
import { NameTable, type TypeReference } from "./names.ts";
import { ProblemList, type SchemaProblem } from "./problems.ts";
import { readText } from "./read-text.ts";
import { SchemaBuilder } from "./schema-builder.ts";

export interface ParseOptions {
  /** The name of the text in positions and messages, usually its path. Default: none. */
  readonly file?: string;
  /** Named types of other texts that this one may refer to. Default: none. */
  readonly known?: Iterable<NamedSchema>;
  /**
   * Reads what was released under laxer rules: faults in defaults, names, symbols and repeated keys and definitions
   * become warnings. Default: false.
   */
  readonly lenient?: boolean;
}

export type ParseResult = ParsedSchema | UnparsedSchema;

interface ResultBase {
  /** Where the text uses the `known` types, in its order. */
  readonly references: readonly TypeReference[];
}

export interface ParsedSchema extends ResultBase {
  readonly ok: true;
  readonly schema: Schema;
  /** The named types that the text defines, by full name, in its order. */
  readonly named: ReadonlyMap<string, NamedSchema>;
  /** Warnings alone, in the order of the text. */
  readonly problems: readonly SchemaProblem[];
}

export interface UnparsedSchema extends ResultBase {
  readonly ok: false;
  /** At least one error, with the warnings, in the order of the text. */
  readonly problems: readonly SchemaProblem[];
}

/**
 * Reads an Avro 1.12 schema (https://avro.apache.org/docs/1.12.0/specification/) and reports every problem in it at
 * once, each with its place. Bytes must be UTF-8. A byte order mark is skipped. What `parseJson` has read already may be
 * given instead of the text, with the file's name given there.
 */
export function parseSchema(text: string | Uint8Array | ParsedJson, options: ParseOptions = {}): ParseResult {
  const problems = new ProblemList(options.lenient ?? false);
  const root = rootOf(text, options.file ?? null, problems);
  if (root === null) return { ok: false, problems: problems.sorted(), references: [] };
  const names = new NameTable(options.known ?? [], problems);
  const builder = new SchemaBuilder(names, problems);
  const schema = builder.build(root, null);
  builder.finish();
  const { defined: named, references } = names;
  if (schema === null || problems.hasErrors) return { ok: false, problems: problems.sorted(), references };
  return { ok: true, schema, named, references, problems: problems.sorted() };
}

function rootOf(text: string | Uint8Array | ParsedJson, file: string | null, problems: ProblemList): JsonNode | null {
  if (typeof text === "string" || text instanceof Uint8Array) return readText(text, file, problems);
  for (const { code, message, at } of text.problems) problems.add(code, message, at);
  return text.root;
}

/**
 * `parseSchema` for a text that is known to be good.
 *
 * @throws AvroError `INVALID_SCHEMA` naming every problem
 */
export function parseSchemaOrThrow(text: string | Uint8Array, options: ParseOptions = {}): ParsedSchema {
  const result = parseSchema(text, options);
  if (!result.ok) throw AvroError.invalidSchema(result.problems);
  return result;
}
