import { formatVersions } from "../event-list.ts";
import type { SchemaLock } from "../lock-file.ts";
import type { EventHistory, SchemaTree } from "../schema-tree.ts";
import { formatTable } from "../text-table.ts";
import type { VersionState } from "../version-state.ts";
import { isPartOf, type SharedType } from "./shared-type.ts";
import { typeKeyOf } from "./type-name.ts";

/** A version of a shared type in `schemas list`. */
export interface TypeSummary {
  /** The full name by which schemas use it; null when the file holds no valid type, which `schemas check` explains. */
  readonly type: string | null;
  readonly file: string;
  readonly version: number;
  readonly state: VersionState;
  /** The files of the types that it imports. */
  readonly imports: readonly string[];
  /** The versions of events that it is part of, by way of other types too. */
  readonly usedBy: readonly TypeUser[];
}

/** An event and its versions with some type. */
export interface TypeUser {
  readonly event: string;
  readonly versions: readonly number[];
}

/** Every shared type of a tree, by file. */
export function summarizeTypes({ types, events }: SchemaTree, lock: SchemaLock): readonly TypeSummary[] {
  return types.map((type) => ({
    type: type.schema?.fullName ?? null,
    file: type.file,
    version: type.version,
    state: typeStateOf(type, lock),
    imports: type.imports.map(({ file }) => file),
    usedBy: usersOf(type, events),
  }));
}

/** What the lock says of a type. */
export function typeStateOf({ name, version, sha256 }: SharedType, lock: SchemaLock): VersionState {
  const locked = lock.get(typeKeyOf(name))?.get(version);
  if (locked === undefined) return "unreleased";
  return locked.sha256 === sha256 ? "released" : "edited";
}

/** The events that a type is part of. */
export function usersOf({ file }: SharedType, events: readonly EventHistory[]): readonly TypeUser[] {
  return events
    .map(({ name, versions }) => ({
      event: name.type,
      versions: versions.filter((version) => isPartOf(file, version)).map(({ version }) => version),
    }))
    .filter(({ versions }) => versions.length > 0);
}

/** The summaries as a table. */
export function formatTypeList(types: readonly TypeSummary[]): string {
  const rows = types.map(({ type, file, state, usedBy }) => [type ?? "unreadable", file, state, formatUsers(usedBy)]);
  return formatTable(["TYPE", "FILE", "STATE", "USED BY"], rows);
}

/** `orders.order.placed v1-v2, orders.order.paid v1`. */
export function formatUsers(users: readonly TypeUser[]): string {
  return users.map(({ event, versions }) => `${event} ${formatVersions(versions)}`).join(", ") || "-";
}
