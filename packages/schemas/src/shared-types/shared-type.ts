import type { NamedSchema } from "@waybill/avro";
import type { SchemaText } from "./inline-types.ts";

/** One version of a type that events share: one file `types/<name>/v<N>.avsc`. */
export interface SharedType {
  /** Such as `postal_address`. */
  readonly name: string;
  readonly version: number;
  /** Path relative to the tree, with `/`. */
  readonly file: string;
  /** The bytes of the file. */
  readonly content: Uint8Array;
  /** SHA-256, in hexadecimal, of the file's text without the white space between its tokens: what the lock holds. */
  readonly sha256: string;
  /** Null when the file holds no named type by its path's name, or one of the types that it imports does not. */
  readonly schema: NamedSchema | null;
  /** Every named type that the file defines: its own, and those inside. */
  readonly named: readonly NamedSchema[];
  /** The types that the file imports. */
  readonly imports: readonly SharedType[];
  /** 1 for a type that imports none, and one more for each level of imports. */
  readonly depth: number;
  /** What is put in the place of its name. */
  readonly source: SchemaText;
}

/** The types and all that they import, by file, each once. */
export function closureOf(types: Iterable<SharedType>): ReadonlyMap<string, SharedType> {
  const closure = new Map<string, SharedType>();
  const pending = [...types];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (closure.has(type.file)) continue;
    closure.set(type.file, type);
    pending.push(...type.imports);
  }
  return closure;
}

/** Something that imports types: a version of an event, or another type. */
interface Importer {
  readonly imports: readonly SharedType[];
}

/** Whether a type is part of another's or an event's schema, itself or by what is imported. */
export function isPartOf(file: string, { imports }: Importer): boolean {
  return imports.length > 0 && closureOf(imports).has(file);
}
