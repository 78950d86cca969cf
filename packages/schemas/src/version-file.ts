import { hash } from "node:crypto";
import type { RecordSchema, Schema } from "@waybill/avro";
import type { Finding } from "./finding.ts";
import type { SchemaVersion } from "./schema-tree.ts";
import type { SharedType } from "./shared-types/shared-type.ts";
import type { CheckedLink, TypeLibrary } from "./shared-types/type-library.ts";
import type { TreeFile } from "./tree-files.ts";

/** A version's file, with what stands in it as soon and as long as it is wanted. */
export class VersionFile implements SchemaVersion {
  readonly version: number;
  readonly file: string;
  readonly content: Uint8Array;
  readonly #library: TypeLibrary;
  #link: CheckedLink | null = null;

  /** @param library the types that the file may import */
  constructor({ path, content }: TreeFile, version: number, library: TypeLibrary) {
    this.version = version;
    this.file = path;
    this.content = content;
    this.#library = library;
  }

  get text(): string {
    return this.#linked().text;
  }

  get sha256(): string {
    return hash("sha256", this.text);
  }

  get imports(): readonly SharedType[] {
    return this.#linked().types;
  }

  get schema(): Schema | null {
    const { result } = this.#linked();
    return result.ok ? result.schema : null;
  }

  get record(): RecordSchema | null {
    const { schema } = this;
    return schema?.type === "record" ? schema : null;
  }

  get findings(): readonly Finding[] {
    return this.#linked().findings;
  }

  forget(): void {
    this.#link = null;
  }

  #linked(): CheckedLink {
    return (this.#link ??= this.#library.link({ path: this.file, content: this.content }));
  }
}
