import { fingerprint64 } from "@waybill/avro";
import { fieldTreeOf, type RecordNode } from "../field-tree.ts";
import { formatFieldTree, wrap } from "../field-tree-text.ts";
import type { SchemaLock } from "../lock-file.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { typeText } from "../type-text.ts";
import type { VersionState } from "../version-state.ts";
import { formatUsers, type TypeUser, typeStateOf, usersOf } from "./type-list.ts";
import type { ReadableType } from "./type-reference.ts";

/** Everything about one version of a shared type, as `schemas show` prints it. */
export interface TypeDetails {
  readonly type: string;
  readonly version: number;
  readonly state: VersionState;
  readonly file: string;
  readonly doc: string | null;
  /** The files of the types that it imports. */
  readonly imports: readonly string[];
  readonly usedBy: readonly TypeUser[];
  readonly fingerprints: {
    /** Of the Parsing Canonical Form, in hexadecimal. */
    readonly crc64: string;
    /** SHA-256 of the file's text, as the lock holds it. */
    readonly text: string;
  };
  /** A record with its fields; of an enum or a fixed, the type on a line. */
  readonly schema: RecordNode | string;
}

/** Gathers what there is to say about a shared type. */
export function describeType(tree: SchemaTree, lock: SchemaLock, type: ReadableType): TypeDetails {
  const { schema } = type;
  return {
    type: schema.fullName,
    version: type.version,
    state: typeStateOf(type, lock),
    file: type.file,
    doc: schema.doc,
    imports: type.imports.map(({ file }) => file),
    usedBy: usersOf(type, tree.events),
    fingerprints: { crc64: fingerprint64(schema).toString(16).padStart(16, "0"), text: type.sha256 },
    schema: schema.type === "record" ? fieldTreeOf(schema, null) : typeText(schema, schema.namespace, Infinity),
  };
}

/** The details as people read them. */
export function formatType(details: TypeDetails): string {
  const { type, version, state, doc, file, imports, usedBy, fingerprints, schema } = details;
  const facts = [
    ["file", file],
    ["imports", imports.join(", ") || "none"],
    ["used by", formatUsers(usedBy)],
    ["CRC-64-AVRO", fingerprints.crc64],
    ["text SHA-256", fingerprints.text],
  ] as const;
  const lines = [
    `${type} v${version}, ${state}`,
    ...(doc === null ? [] : [...wrap(doc, 100), ""]),
    ...facts.map(([name, value]) => `${name.padEnd(13)} ${value}`),
  ];
  return `${lines.join("\n")}\n\n${typeof schema === "string" ? `${schema}\n` : formatFieldTree(schema)}`;
}
