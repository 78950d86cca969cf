import { readJson } from "../json/json-reader.ts";
import { AvroError } from "../errors.ts";
import type { NamedSchema, Schema } from "../model/schema.ts";
import { SourcePosition, SourceText } from "../source-position.ts";
import { NameTable } from "./names.ts";
import { ProblemList, type SchemaProblem } from "./problems.ts";
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

export interface ParsedSchema {
  readonly ok: true;
  readonly schema: Schema;
  /** The named types that the text defines, by full name, in its order. */
  readonly named: ReadonlyMap<string, NamedSchema>;
  /** Warnings alone, in the order of the text. */
  readonly problems: readonly SchemaProblem[];
}

export interface UnparsedSchema {
  readonly ok: false;
  /** At least one error, with the warnings, in the order of the text. */
  readonly problems: readonly SchemaProblem[];
}

/**
 * Reads an Avro 1.12 schema (https://avro.apache.org/docs/1.12.0/specification/) and reports every problem in it at
 * once, each with its place. Bytes must be UTF-8. A byte order mark is skipped.
 */
export function parseSchema(text: string | Uint8Array, options: ParseOptions = {}): ParseResult {
  const problems = new ProblemList(options.lenient ?? false);
  const file = options.file ?? null;
  const decoded = typeof text === "string" ? text : decodeUtf8(text, file, problems);
  if (decoded === null) return { ok: false, problems: problems.sorted() };
  const source = new SourceText(decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded, file);
  const root = readJson(source, problems);
  if (root === null) return { ok: false, problems: problems.sorted() };
  const names = new NameTable(options.known ?? [], problems);
  const builder = new SchemaBuilder(names, problems);
  const schema = builder.build(root, null);
  builder.finish();
  if (schema === null || problems.hasErrors) return { ok: false, problems: problems.sorted() };
  return { ok: true, schema, named: names.defined, problems: problems.sorted() };
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

function decodeUtf8(bytes: Uint8Array, file: string | null, problems: ProblemList): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { valid, byteOffset } = validPrefix(bytes);
    const at = new SourcePosition(new SourceText(valid, file), valid.length);
    problems.add("invalid-utf8", `the bytes from ${byteOffset} on are no UTF-8; save the schema as UTF-8`, at);
    return null;
  }
}

/** The text before the first invalid byte: the longest prefix that decodes. */
function validPrefix(bytes: Uint8Array): { valid: string; byteOffset: number } {
  const replaced = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  // A replacement character of the text's own encodes back to the bytes that are there; the first that does not is the fault.
  for (let index = replaced.indexOf("\ufffd"); index >= 0; index = replaced.indexOf("\ufffd", index + 1)) {
    const valid = replaced.slice(0, index);
    const byteOffset = encoder.encode(valid).length;
    const genuine = bytes[byteOffset] === 0xef && bytes[byteOffset + 1] === 0xbf && bytes[byteOffset + 2] === 0xbd;
    if (!genuine) return { valid, byteOffset };
  }
  return { valid: replaced, byteOffset: bytes.length };
}
