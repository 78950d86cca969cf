import { hash } from "node:crypto";
import { compactJson } from "../compact-json.ts";
import { compareFiles, type Finding, locationOf } from "../finding.ts";
import type { TreeFile } from "../tree-files.ts";
import { findingsOf } from "./import-findings.ts";
import { type LinkedSchema, linkSchema, sourceOf } from "./link-schema.ts";
import { ownTypeOf } from "./own-type.ts";
import type { Import } from "./read-imports.ts";
import type { SharedType } from "./shared-type.ts";
import { parseTypePath, type TypePlace } from "./type-name.ts";

/** Types within types within types; each is at least three levels of the 1,000 that Avro's readers take. */
const deepestImport = 100;

/** The shared types of a tree, each read once, after those that it imports. */
export class TypeLibrary {
  /** In the order of their files. */
  readonly types: readonly SharedType[];
  readonly #files: ReadonlyMap<string, TreeFile>;
  readonly #reusable: ReadonlyMap<string, SharedType>;
  readonly #loaded = new Map<string, SharedType>();
  /** The types as they were linked: which names the tree defines is known once all of them are read. */
  readonly #linked: LinkedSchema[] = [];
  readonly #findings: Finding[] = [];
  /** The files that are being read, each imported by the one before it. */
  readonly #path: string[] = [];

  /**
   * @param files those with the path of a shared type
   * @param reusable types of another state of the tree, which serve again where nothing about them differs
   */
  constructor(files: readonly TreeFile[], reusable: readonly SharedType[] = []) {
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.#reusable = new Map(reusable.map((type) => [type.file, type]));
    this.types = files.toSorted((a, b) => compareFiles(a.path, b.path)).flatMap((file) => this.#load(file) ?? []);
    for (const linked of this.#linked.splice(0)) this.#findings.push(...findingsOf(linked, this.types));
  }

  /** What is wrong with the types. */
  get findings(): readonly Finding[] {
    return this.#findings;
  }

  /** Reads the schema of an event with the types that it imports, and tells what is wrong with the file. */
  link(file: TreeFile): { readonly linked: LinkedSchema; readonly findings: readonly Finding[] } {
    const findings: Finding[] = [];
    const linked = this.#link(file, findings);
    return { linked, findings: [...findings, ...findingsOf(linked, this.types)] };
  }

  /** Whether all of these are types of this library, so that a schema with them means the same here. */
  holds(types: readonly SharedType[]): boolean {
    return types.every((type) => this.#loaded.get(type.file) === type);
  }

  #load(file: TreeFile): SharedType | null {
    const loaded = this.#loaded.get(file.path);
    const place = parseTypePath(file.path);
    if (loaded !== undefined || place === null) return loaded ?? null;
    this.#path.push(file.path);
    const type = this.#reuse(file) ?? this.#read(file, place);
    this.#path.pop();
    this.#loaded.set(file.path, type);
    return type;
  }

  #reuse(file: TreeFile): SharedType | null {
    const same = this.#reusable.get(file.path);
    if (same?.schema == null || Buffer.compare(same.content, file.content) !== 0) return null;
    const isSame = same.imports.every((type) => {
      const imported = this.#files.get(type.file);
      return imported !== undefined && !this.#path.includes(type.file) && this.#load(imported) === type;
    });
    return isSame ? same : null;
  }

  #read(file: TreeFile, place: TypePlace): SharedType {
    const linked = this.#link(file, this.#findings);
    this.#linked.push(linked);
    const { result, types } = linked;
    const source = sourceOf(linked);
    const { schema, findings } = ownTypeOf(file, place, result);
    this.#findings.push(...findings);
    return {
      ...place,
      file: file.path,
      content: file.content,
      sha256: hash("sha256", compactJson(source.text)),
      schema,
      named: result.ok && schema !== null ? [...result.named.values()] : [],
      imports: types,
      depth: 1 + Math.max(0, ...types.map(({ depth }) => depth)),
      source,
    };
  }

  /** @param findings what is wrong with the imports is added to these */
  #link(file: TreeFile, findings: Finding[]): LinkedSchema {
    return linkSchema(file, (entry) => this.#import(entry, file, findings));
  }

  #import({ path, at }: Import, importer: TreeFile, findings: Finding[]): SharedType | null {
    const file = this.#files.get(path);
    const place = locationOf(importer.path, at);
    if (file === undefined) {
      const message = `the import "${path}" names a file that the tree does not have`;
      const finding = { ...place, rule: "import-invalid", severity: "error", message } as const;
      findings.push({ ...finding, help: this.#suggest(path) });
      return null;
    }
    const start = this.#path.indexOf(path);
    if (start >= 0) {
      const cycle = [...this.#path.slice(start), path].join(" -> ");
      const message = `${path} imports itself: ${cycle}`;
      const help = "a type that holds itself stands in one file: put those that need each other together";
      findings.push({ ...place, rule: "import-cycle", severity: "error", message, help });
      return null;
    }
    const type = this.#path.length < deepestImport ? this.#load(file) : null;
    if (type !== null && type.depth < deepestImport) return type;
    const message = `types import types more than ${deepestImport} levels deep`;
    const help = "import fewer types within types";
    findings.push({ ...place, rule: "import-invalid", severity: "error", message, help });
    return null;
  }

  #suggest(path: string): string {
    const name = parseTypePath(path)?.name;
    const files = [...this.#files.keys()];
    const versions = files.filter((file) => parseTypePath(file)?.name === name);
    if (versions.length > 0) return `the tree has ${versions.join(", ")}`;
    return files.length === 0 ? "add the file: the tree has no shared types yet" : `the tree has ${files.join(", ")}`;
  }
}
