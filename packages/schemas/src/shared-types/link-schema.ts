import { type NamedSchema, type ParseResult, parseSchema } from "@waybill/avro";
import type { Finding } from "../finding.ts";
import type { TreeFile } from "../tree-files.ts";
import { inlineTypes, type SchemaText } from "./inline-types.ts";
import { type Import, readImports } from "./read-imports.ts";
import { closureOf, type SharedType } from "./shared-type.ts";

/** An import together with the type that it names. */
export interface ResolvedImport {
  readonly import: Import;
  readonly type: SharedType;
}

/** An import that brings a second definition of a name. */
export interface ImportConflict {
  readonly import: Import;
  readonly first: NamedSchema;
  readonly second: NamedSchema;
}

/** A schema file read with the types that it imports. */
export interface LinkedSchema {
  readonly file: TreeFile;
  readonly result: ParseResult;
  /** Where the list of imports stands, if there is one. */
  readonly list: SchemaText["imports"];
  /** The file's text and its imported types in one; null without a list of imports, or when the file is invalid. */
  readonly inlined: string | null;
  /** The imports that brought something. */
  readonly imports: readonly ResolvedImport[];
  /** Every type that is imported and in the tree, usable or not. */
  readonly types: readonly SharedType[];
  /** The imports of files that are not there or hold no usable type, which is told where that is found out. */
  readonly unusable: readonly Import[];
  readonly conflicts: readonly ImportConflict[];
  /** What is wrong with the list of imports itself. */
  readonly listFindings: readonly Finding[];
}

const decoder = new TextDecoder();

/** Reads a schema file. `typeOf` gives the type of an import, or null, in which case it has said why. */
export function linkSchema(file: TreeFile, typeOf: (entry: Import) => SharedType | null): LinkedSchema {
  const list = readImports(file);
  const { known, ...imported } = resolveImports(list.imports, typeOf);
  const result = parseSchema(list.json ?? file.content, { file: file.path, known: known.keys() });
  const linked = { file, result, list: list.place, ...imported, listFindings: list.findings };
  if (!result.ok || list.place === null) return { ...linked, inlined: null };
  return { ...linked, inlined: inlineTypes(sourceOf(linked), (schema) => known.get(schema)?.source) };
}

/** The text of a schema file as it stands. */
export function sourceOf({ file, result, list }: Pick<LinkedSchema, "file" | "result" | "list">): SchemaText {
  return { text: decoder.decode(file.content), imports: list, references: result.references };
}

interface ImportedTypes extends Pick<LinkedSchema, "imports" | "types" | "unusable" | "conflicts"> {
  /** Every type that the imports define, their own imports included, with the file that does. */
  readonly known: ReadonlyMap<NamedSchema, SharedType>;
}

const nothing: ImportedTypes = { imports: [], types: [], unusable: [], conflicts: [], known: new Map() };

function resolveImports(entries: readonly Import[], typeOf: (entry: Import) => SharedType | null): ImportedTypes {
  if (entries.length === 0) return nothing;
  const imports: ResolvedImport[] = [];
  const types: SharedType[] = [];
  const unusable: Import[] = [];
  const conflicts: ImportConflict[] = [];
  const known = new Map<NamedSchema, SharedType>();
  const names = new Map<string, NamedSchema>();
  for (const entry of entries) {
    const type = typeOf(entry);
    if (type !== null) types.push(type);
    if (type === null || type.schema === null) {
      unusable.push(entry);
      continue;
    }
    imports.push({ import: entry, type });
    for (const part of closureOf([type]).values()) {
      for (const schema of part.named) {
        const first = names.get(schema.fullName) ?? schema;
        if (first !== schema) conflicts.push({ import: entry, first, second: schema });
        else known.set(schema, part);
        names.set(schema.fullName, first);
      }
    }
  }
  return { imports, types, unusable, conflicts, known };
}
