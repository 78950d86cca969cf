import { fingerprint64, fingerprintMd5, fingerprintSha256 } from "@waybill/avro";
import { schemaIdOf } from "@waybill/events";
import type { FoundVersion } from "./event-reference.ts";
import { fieldTreeOf, type RecordNode } from "./field-tree.ts";
import { formatFieldTree, wrap } from "./field-tree-text.ts";
import type { SchemaLock } from "./lock-file.ts";
import { keyFieldOf } from "./rules/key-field.ts";
import type { SchemaTree } from "./schema-tree.ts";
import { type VersionState, versionStateOf } from "./version-state.ts";

/** Everything about one version, as `schemas show` prints it. */
export interface VersionDetails {
  readonly event: string;
  readonly version: number;
  readonly state: VersionState;
  readonly file: string;
  readonly record: string;
  readonly doc: string | null;
  readonly topic: string;
  readonly subject: string;
  readonly key: string | null;
  /** The files of the shared types that it imports. */
  readonly imports: readonly string[];
  readonly fingerprints: {
    /** Of the Parsing Canonical Form, in hexadecimal. */
    readonly crc64: string;
    readonly md5: string;
    readonly sha256: string;
    /** SHA-256 of the text, as the lock holds it. */
    readonly text: string;
    /** The `schema_id` of this text in the tables of the outbox. */
    readonly schemaId: string;
  };
  readonly schema: RecordNode;
}

/** Gathers what there is to say about a version. */
export function describeVersion(tree: SchemaTree, lock: SchemaLock, { event, version }: FoundVersion): VersionDetails {
  const { record } = version;
  const key = keyFieldOf(record, tree.config.events.get(event.name.type))?.name ?? null;
  return {
    event: event.name.type,
    version: version.version,
    state: versionStateOf(event.name.type, version, lock),
    file: version.file,
    record: record.fullName,
    doc: record.doc,
    topic: event.topic,
    subject: `${event.topic}-${record.fullName}`,
    key,
    imports: version.imports.map(({ file }) => file),
    fingerprints: {
      crc64: fingerprint64(record).toString(16).padStart(16, "0"),
      md5: Buffer.from(fingerprintMd5(record)).toString("hex"),
      sha256: Buffer.from(fingerprintSha256(record)).toString("hex"),
      text: version.sha256,
      schemaId: schemaIdOf(version.text).toString(),
    },
    schema: fieldTreeOf(record, key),
  };
}

/** The details as people read them. */
export function formatVersion(details: VersionDetails): string {
  const { fingerprints } = details;
  const doc = details.doc === null ? [] : [...wrap(details.doc, 100), ""];
  const facts = [
    ["file", details.file],
    ["record", details.record],
    ["topic", details.topic],
    ["subject", details.subject],
    ["key", details.key ?? "none"],
    ...(details.imports.length === 0 ? [] : [["imports", details.imports.join(", ")] as const]),
    ["CRC-64-AVRO", fingerprints.crc64],
    ["MD5", fingerprints.md5],
    ["SHA-256", fingerprints.sha256],
    ["text SHA-256", fingerprints.text],
    ["schema id", fingerprints.schemaId],
  ] as const;
  const lines = [
    `${details.event} v${details.version}, ${details.state}`,
    ...doc,
    ...facts.map(([name, value]) => `${name.padEnd(13)} ${value}`),
  ];
  return `${lines.join("\n")}\n\n${formatFieldTree(details.schema)}`;
}
