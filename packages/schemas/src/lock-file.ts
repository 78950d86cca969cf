import type { JsonNode, JsonObjectNode } from "@waybill/avro";
import { parseTypePath, typeFileOf, typeKeyOf } from "./shared-types/type-name.ts";
import { compareFiles, type Location } from "./finding.ts";
import { type JsonFileProblem, JsonFileReader } from "./json-file.ts";

/** Name of the lock file, beside the config. */
export const lockFileName = "schemas.lock.json";

/** The released versions: event type, or `types/<name>` of a shared type, then version number. */
export type SchemaLock = ReadonlyMap<string, ReadonlyMap<number, LockedVersion>>;

/** What a version was when it was released. */
export interface LockedVersion {
  /** SHA-256, in hexadecimal, of the schema text without white space between its tokens; an event's has its imported types in it. */
  readonly sha256: string;
  /** CRC-64-AVRO of the Parsing Canonical Form, in hexadecimal: equal when only docs, defaults and the like differ. */
  readonly crc64: string;
  /** The topic that the config gave the event; absent for the default one. */
  readonly topic?: string;
  /** The key that the config gave the event, null for none; absent when the schema marks it. */
  readonly key?: string | null;
  /** Whether its file is gone for good: no topic holds its events, and no program reads them. Absent when not. */
  readonly retired?: true;
  /** Where the lock file says so. */
  readonly at: Location;
}

/** A lock, or everything that is wrong with its text. */
export type LockResult =
  | { readonly lock: SchemaLock; readonly problems: null }
  | { readonly lock: null; readonly problems: readonly JsonFileProblem[] };

/** Form of the file; a later, different form will count up. */
const lockVersion = 1;

/** Reads the content of `schemas.lock.json`. */
export function parseLock(content: Uint8Array): LockResult {
  const reader = new JsonFileReader(lockFileName);
  const root = reader.root(content);
  const lock = new Map<string, ReadonlyMap<number, LockedVersion>>();
  if (root !== null) {
    reader.knownKeys(root, ["lockVersion", "events", "types"], "the lock");
    const version = root.members.get("lockVersion");
    if (version?.kind !== "number" || version.value !== lockVersion) {
      reader.wrong(
        version ?? root,
        `"lockVersion" must be ${lockVersion}; another one needs another release of the schemas CLI`,
      );
    }
    const eventsNode = root.members.get("events");
    const events =
      eventsNode === undefined ? reader.wrong(root, 'the lock needs "events"') : reader.object(eventsNode, '"events"');
    for (const [type, node] of events?.members ?? []) lock.set(type, readVersions(reader, node, type));
    const typesNode = root.members.get("types");
    const types = typesNode === undefined ? null : reader.object(typesNode, '"types"');
    for (const [name, node] of types?.members ?? []) {
      if (parseTypePath(typeFileOf(name, 1)) === null) reader.wrong(node, `"${name}" is no name of a shared type`);
      lock.set(typeKeyOf(name), readVersions(reader, node, name));
    }
  }
  return reader.problems.length === 0 ? { lock, problems: null } : { lock: null, problems: reader.problems };
}

function readVersions(reader: JsonFileReader, node: JsonNode, type: string): ReadonlyMap<number, LockedVersion> {
  const versions = new Map<number, LockedVersion>();
  for (const [key, member] of reader.object(node, `"${type}"`)?.members ?? []) {
    if (!/^v[1-9][0-9]*$/.test(key)) reader.wrong(member, `"${key}" is no version; versions are v1, v2 and so on`);
    const locked = reader.object(member, `"${key}"`);
    const sha256 = locked?.members.get("sha256");
    const crc64 = locked?.members.get("crc64");
    if (locked !== null && sha256?.kind === "string" && crc64?.kind === "string") {
      const fingerprints = { sha256: sha256.value, crc64: crc64.value };
      versions.set(Number(key.slice(1)), {
        ...fingerprints,
        ...readSettings(reader, locked, key),
        at: reader.locate(member.at),
      });
    } else if (locked !== null) reader.wrong(member, `"${key}" needs the strings "sha256" and "crc64"`);
  }
  return versions;
}

function readSettings(
  reader: JsonFileReader,
  locked: JsonObjectNode,
  version: string,
): Omit<LockEntry, "sha256" | "crc64"> {
  reader.knownKeys(locked, ["sha256", "crc64", "topic", "key", "retired"], `"${version}"`);
  const topicNode = locked.members.get("topic");
  const topic = topicNode && reader.string(topicNode, '"topic"');
  const keyNode = locked.members.get("key");
  const key = keyNode && (keyNode.kind === "null" ? null : reader.string(keyNode, '"key"'));
  const retired = locked.members.get("retired");
  if (retired !== undefined && (retired.kind !== "boolean" || !retired.value)) {
    reader.wrong(retired, '"retired" must be true, or be left out');
  }
  return {
    ...(topic ? { topic } : {}),
    ...(key === undefined ? {} : { key }),
    ...(retired === undefined ? {} : { retired: true }),
  };
}

/** What `formatLock` writes of a version. */
export type LockEntry = Omit<LockedVersion, "at">;

/** The text of a lock file: sorted, and in the form that formatters leave alone. A tree without shared types has no `types`. */
export function formatLock(lock: ReadonlyMap<string, ReadonlyMap<number, LockEntry>>): string {
  const sorted = [...lock].toSorted(([a], [b]) => compareFiles(a, b));
  const prefix = typeKeyOf("");
  const events = sorted.filter(([key]) => !key.startsWith(prefix));
  const types = sorted
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, rest]) => [key.slice(prefix.length), rest] as const);
  const content = {
    lockVersion,
    events: sectionOf(events),
    ...(types.length === 0 ? {} : { types: sectionOf(types) }),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function sectionOf(entries: readonly (readonly [string, ReadonlyMap<number, LockEntry>])[]) {
  return Object.fromEntries(entries.map(([key, versions]) => [key, Object.fromEntries(entriesOf(versions))]));
}

function entriesOf(versions: ReadonlyMap<number, LockEntry>): readonly (readonly [string, LockEntry])[] {
  return [...versions]
    .toSorted(([a], [b]) => a - b)
    .map(([version, { sha256, crc64, topic, key, retired }]) => [
      `v${version}`,
      {
        sha256,
        crc64,
        ...(topic === undefined ? {} : { topic }),
        ...(key === undefined ? {} : { key }),
        ...(retired === undefined ? {} : { retired }),
      },
    ]);
}
