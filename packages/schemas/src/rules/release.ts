import { fingerprint64 } from "@waybill/avro";
import type { SchemasConfig } from "../config.ts";
import { SchemasError } from "../errors.ts";
import { type EventName, namespaceOf, parseEventType } from "../event-name.ts";
import { type Finding, startOf } from "../finding.ts";
import type { LockedVersion, LockEntry, SchemaLock } from "../lock-file.ts";
import { type EventHistory, fileOf, type SchemaTree, type SchemaVersion } from "../schema-tree.ts";
import { isUnlinked } from "../shared-types/read-imports.ts";
import { isPartOf } from "../shared-types/shared-type.ts";
import { typeKeyOf } from "../shared-types/type-name.ts";
import { editedTypes, lockEntryOfType, unreleasedTypes } from "./shared-types.ts";

/** A released version stays as it is: events written with it are in topics, and programs built on it are running. */
export function checkReleased(
  { events, types }: Pick<SchemaTree, "events" | "types">,
  lock: SchemaLock,
): readonly Finding[] {
  const present = new Map<string, ReadonlySet<number>>([
    ...events.map(({ name, versions }) => [name.type, new Set(versions.map(({ version }) => version))] as const),
    ...[...Map.groupBy(types, ({ name }) => typeKeyOf(name))].map(
      ([key, versions]) => [key, new Set(versions.map(({ version }) => version))] as const,
    ),
  ]);
  const removed = [...lock].flatMap(([type, versions]) =>
    [...versions]
      .filter(([version, { retired }]) => retired !== true && present.get(type)?.has(version) !== true)
      .map(([version, locked]) => removedVersion(type, version, locked)),
  );
  const edited = editedTypes(types, lock);
  return [...removed, ...events.flatMap((event) => checkVersions(event, lock.get(event.name.type), edited))];
}

/** Versions that the lock does not know: they may still change. */
export function unreleasedOf(event: EventHistory, lock: SchemaLock): readonly SchemaVersion[] {
  const locked = lock.get(event.name.type);
  return event.versions.filter(({ version }) => !locked?.has(version));
}

/**
 * The lock with every version of the tree in it, the topic and key that the config gives its event, and the shared types
 * that are part of them. What it held stays as it was.
 */
export function releaseAll(
  { events, config }: Pick<SchemaTree, "events" | "config">,
  lock: SchemaLock,
): ReadonlyMap<string, ReadonlyMap<number, LockEntry>> {
  const released = new Map<string, ReadonlyMap<number, LockEntry>>(lock);
  for (const event of events) {
    const fresh = unreleasedOf(event, lock).map(
      (version) => [version.version, { ...lockEntryOf(version), ...settingsOf(event, config) }] as const,
    );
    released.set(event.name.type, new Map([...(lock.get(event.name.type) ?? []), ...fresh]));
  }
  for (const type of unreleasedTypes(events, lock)) {
    const key = typeKeyOf(type.name);
    released.set(key, new Map([...(released.get(key) ?? []), [type.version, lockEntryOfType(type)]]));
  }
  return released;
}

function settingsOf({ name, topic }: EventHistory, config: SchemasConfig): Pick<LockEntry, "topic" | "key"> {
  const key = config.events.get(name.type)?.key;
  return { ...(topic === namespaceOf(name) ? {} : { topic }), ...(key === undefined ? {} : { key }) };
}

/**
 * The lock with released versions marked as retired, whose files are gone.
 *
 * @param references such as `orders.order.placed@1`, or `types/money@1` for a shared type
 * @throws SchemasError `event-not-found` when a version was never released, `usage` when its file is still there
 */
export function retire(tree: SchemaTree, lock: SchemaLock, references: readonly string[]): SchemaLock {
  const present = filesByReference(tree);
  const retired = new Map(lock);
  for (const reference of references) {
    const [, name = "", number] = /^(.+)@v?([1-9]\d{0,8})$/.exec(reference) ?? [];
    const versions = retired.get(name);
    const locked = versions?.get(Number(number));
    if (versions === undefined || locked === undefined) {
      throw new SchemasError(
        "event-not-found",
        `The lock holds no version ${reference}. Name a released one with @N, such as orders.order.placed@1.`,
      );
    }
    const file = present.get(`${name}@${number}`);
    if (file !== undefined) {
      throw new SchemasError(
        "usage",
        `${file} is still there. Remove it first, once no topic holds its events and no program reads them.`,
      );
    }
    retired.set(name, new Map([...versions, [Number(number), { ...locked, retired: true }]]));
  }
  return retired;
}

/** By `orders.order.placed@1`, or `types/money@1`. */
function filesByReference({ events, types }: SchemaTree): ReadonlyMap<string, string> {
  return new Map([
    ...events.flatMap(({ name, versions }) =>
      versions.map(({ version, file }) => [`${name.type}@${version}`, file] as const),
    ),
    ...types.map(({ name, version, file }) => [`${typeKeyOf(name)}@${version}`, file] as const),
  ]);
}

function lockEntryOf(version: SchemaVersion): LockEntry {
  return { sha256: version.sha256, crc64: canonicalFingerprint(version) ?? "" };
}

function canonicalFingerprint(version: SchemaVersion): string | null {
  return version.schema === null ? null : fingerprint64(version.schema).toString(16).padStart(16, "0");
}

function checkVersions(
  event: EventHistory,
  locked: ReadonlyMap<number, LockedVersion> | undefined,
  edited: ReadonlySet<string>,
): readonly Finding[] {
  const next = Math.max(...event.versions.map(({ version }) => version)) + 1;
  return event.versions.flatMap((version) => {
    const before = locked?.get(version.version);
    if (before === undefined) return [unreleasedVersion(event.name, version)];
    if (before.sha256 === version.sha256) return [];
    // What is wrong with a shared type is told once, at the type.
    const isTold = [...edited].some((file) => isPartOf(file, version)) || isUnlinked(version);
    return isTold ? [] : [editedVersion(event.name, version, before, next)];
  });
}

function unreleasedVersion(name: EventName, version: SchemaVersion): Finding {
  return {
    ...startOf(version.file),
    rule: "unreleased",
    severity: "note",
    message: `v${version.version} of ${name.type} is not released: it may still change`,
  };
}

function editedVersion(name: EventName, version: SchemaVersion, before: LockedVersion, next: number): Finding {
  const what = describeDifference(canonicalFingerprint(version) === before.crc64);
  return {
    ...startOf(version.file),
    rule: "released-edited",
    severity: "error",
    message: `v${version.version} of ${name.type} was released and has been edited since (${what})`,
    help: `restore it from version control and make the change in a new version, ${fileOf(name, next)}`,
    related: {
      ...before.at,
      message: `released with SHA-256 ${before.sha256.slice(0, 12)}…, now ${version.sha256.slice(0, 12)}…`,
    },
    about: { event: name.type, version: version.version },
  };
}

/** What an edit of a version changed, in short. */
export function describeEdit(before: SchemaVersion, after: SchemaVersion): string {
  return describeDifference(canonicalFingerprint(before) === canonicalFingerprint(after));
}

function describeDifference(isSameData: boolean): string {
  return isSameData ? "only docs, defaults, aliases or attributes differ" : "its data differs";
}

function removedVersion(type: string, version: number, locked: LockedVersion): Finding {
  const what = { ...locked.at, rule: "released-removed", severity: "error" } as const;
  if (parseEventType(type) === null) {
    return {
      ...what,
      message: `${type}/v${version}.avsc was released as part of events and is gone from the tree`,
      help: `restore the file from version control; once no version of an event imports it, retire it by "schemas release --retire ${type}@${version}"`,
    };
  }
  return {
    ...what,
    message: `v${version} of ${type} was released and is gone from the tree`,
    help: `restore the file from version control: events written with it may still be in topics; once none are and no program reads them, retire it by "schemas release --retire ${type}@${version}"`,
    about: { event: type, version },
  };
}
