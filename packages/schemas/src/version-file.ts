import { hash } from "node:crypto";
import type { RecordSchema, Schema } from "@waybill/avro";
import { compactJson, compactJsonBytes } from "./compact-json.ts";
import type { Finding } from "./finding.ts";
import type { SchemaVersion } from "./schema-tree.ts";
import type { SharedType } from "./shared-types/shared-type.ts";
import type { TypeLibrary } from "./shared-types/type-library.ts";
import type { TreeFile } from "./tree-files.ts";

const decoder = new TextDecoder();

/** A version's file, with what stands in it as soon and as long as it is wanted. */
export class VersionFile implements SchemaVersion {
  readonly version: number;
  readonly file: string;
  readonly content: Uint8Array;
  readonly #library: TypeLibrary;
  #read: ReturnType<TypeLibrary["link"]> | null = null;
  #text: string | null = null;

  /** @param library the types that the file may import */
  constructor({ path, content }: TreeFile, version: number, library: TypeLibrary) {
    this.version = version;
    this.file = path;
    this.content = content;
    this.#library = library;
  }

  get text(): string {
    return (this.#text ??= this.#makeText());
  }

  get sha256(): string {
    const { result, list } = this.#link().linked;
    return hash("sha256", result.ok && list === null ? compactJsonBytes(this.content) : this.text);
  }

  get imports(): readonly SharedType[] {
    return this.#link().linked.types;
  }

  get schema(): Schema | null {
    const { result } = this.#link().linked;
    return result.ok ? result.schema : null;
  }

  get record(): RecordSchema | null {
    const { schema } = this;
    return schema?.type === "record" ? schema : null;
  }

  get findings(): readonly Finding[] {
    return this.#link().findings;
  }

  forget(): void {
    this.#read = null;
    this.#text = null;
  }

  #link(): ReturnType<TypeLibrary["link"]> {
    return (this.#read ??= this.#library.link({ path: this.file, content: this.content }));
  }

  #makeText(): string {
    const { inlined, result } = this.#link().linked;
    const text = inlined ?? decoder.decode(this.content);
    return result.ok ? compactJson(text) : text;
  }
}
