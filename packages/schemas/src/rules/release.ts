import { fingerprint64 } from "@waybill/avro";
import { type EventName, parseEventType } from "../event-name.ts";
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
      .filter(([version]) => present.get(type)?.has(version) !== true)
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

/** The lock with every version of the tree in it, and the shared types that are part of them. What it held stays as it was. */
export function releaseAll(
  events: readonly EventHistory[],
  lock: SchemaLock,
): ReadonlyMap<string, ReadonlyMap<number, LockEntry>> {
  const released = new Map<string, ReadonlyMap<number, LockEntry>>(lock);
  for (const event of events) {
    const fresh = unreleasedOf(event, lock).map((version) => [version.version, lockEntryOf(version)] as const);
    released.set(event.name.type, new Map([...(lock.get(event.name.type) ?? []), ...fresh]));
  }
  for (const type of unreleasedTypes(events, lock)) {
    const key = typeKeyOf(type.name);
    released.set(key, new Map([...(released.get(key) ?? []), [type.version, lockEntryOfType(type)]]));
  }
  return released;
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
      help: "restore the file from version control; once no version of an event imports it, remove this entry in the same commit",
    };
  }
  return {
    ...what,
    message: `v${version} of ${type} was released and is gone from the tree`,
    help: "restore the file from version control: events written with it may still be in topics; once none are and no program reads them, remove this entry in the same commit",
    about: { event: type, version },
  };
}
