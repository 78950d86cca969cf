import { fingerprint64 } from "@waybill/avro";
import type { ConsumerContract } from "../contracts/contract.ts";
import { formatVersions } from "../event-list.ts";
import { type Finding, startOf } from "../finding.ts";
import type { LockEntry, SchemaLock } from "../lock-file.ts";
import type { EventHistory, SchemaTree } from "../schema-tree.ts";
import { closureOf, isPartOf, type SharedType } from "../shared-types/shared-type.ts";
import { typeFileOf, typeKeyOf } from "../shared-types/type-name.ts";

/** Versions of shared types count up as those of events do, and stay as they are once an event that has them is released. */
export function checkSharedTypes(tree: SchemaTree, lock: SchemaLock): readonly Finding[] {
  const { types } = tree;
  return types.flatMap((type) => [...checkGap(type, types, lock), ...checkReleased(type, tree, lock)]);
}

/** The files of the types that were released and are not as they were: edits that show in every event with them. */
export function editedTypes(types: readonly SharedType[], lock: SchemaLock): ReadonlySet<string> {
  const edited = types.filter((type) => {
    const locked = lock.get(typeKeyOf(type.name))?.get(type.version);
    return locked !== undefined && locked.sha256 !== type.sha256;
  });
  return new Set(edited.map(({ file }) => file));
}

/** The types that are part of events and that the lock does not know. */
export function unreleasedTypes(events: readonly EventHistory[], lock: SchemaLock): readonly SharedType[] {
  const used = closureOf(events.flatMap(({ versions }) => versions.flatMap(({ imports }) => imports)));
  return [...used.values()].filter(({ name, version }) => lock.get(typeKeyOf(name))?.has(version) !== true);
}

/** What the lock holds of a type: its own text, so that one edit is found in one place. */
export function lockEntryOfType({ sha256, schema }: SharedType): LockEntry {
  return { sha256, crc64: schema === null ? "" : canonicalFingerprint(schema) };
}

/** The versions of events that a type is part of: `orders.order.placed v1-v2 and orders.order.paid v1`; empty for none. */
export function describeUsers(file: string, events: readonly EventHistory[]): string {
  const users = events.flatMap(({ name, versions }) => {
    const using = versions.filter((version) => isPartOf(file, version)).map(({ version }) => version);
    return using.length === 0 ? [] : [`${name.type} ${formatVersions(using)}`];
  });
  const shown = users.length > usersShown + 1 ? users.slice(0, usersShown) : users;
  const rest = users.length - shown.length;
  const parts = rest === 0 ? shown : [...shown, `${rest} more events`];
  return [parts.slice(0, -1).join(", "), ...parts.slice(-1)].filter((part) => part !== "").join(" and ");
}

/** A message that names more helps nobody; `schemas show` lists them all. */
const usersShown = 5;

/** The services that read an event with the type, where there are contracts to tell by. */
export function hurtByEdit(
  file: string,
  events: readonly EventHistory[],
  contracts: readonly ConsumerContract[],
): Pick<Finding, "hurts"> {
  if (contracts.length === 0) return {};
  const users = new Set(
    events.filter(({ versions }) => versions.some((version) => isPartOf(file, version))).map(({ name }) => name.type),
  );
  const hurt = contracts.filter((contract) => contract.events.some(({ event }) => users.has(event)));
  return { hurts: hurt.map(({ service, owner }) => ({ service, owner })) };
}

/** What to do instead of editing a released type. */
export function editHelp({ name }: SharedType, types: readonly SharedType[], source: string): string {
  const newest = Math.max(...types.filter((type) => type.name === name).map(({ version }) => version));
  return `restore it from ${source} and make the change in a new version, ${typeFileOf(name, newest + 1)}, which new versions of the events import`;
}

function checkReleased(type: SharedType, tree: SchemaTree, lock: SchemaLock): readonly Finding[] {
  const { types, events, contracts } = tree;
  const locked = lock.get(typeKeyOf(type.name))?.get(type.version);
  if (locked === undefined) {
    const message = `${type.file} is not released: it may still change, until an event that uses it is`;
    return [{ ...startOf(type.file), rule: "unreleased", severity: "note", message }];
  }
  if (locked.sha256 === type.sha256) return [];
  const released = events.map((event) => ({
    ...event,
    versions: event.versions.filter(({ version }) => lock.get(event.name.type)?.has(version)),
  }));
  const users = describeUsers(type.file, released);
  const isSameData = type.schema !== null && canonicalFingerprint(type.schema) === locked.crc64;
  const what = isSameData ? "only docs, defaults, aliases or attributes differ" : "its data differs";
  return [
    {
      ...startOf(type.file),
      rule: "released-edited",
      severity: "error",
      message: `${type.file} was released${users === "" ? "" : ` as part of ${users},`} and has been edited since (${what})`,
      help: editHelp(type, types, "version control"),
      ...hurtByEdit(type.file, released, contracts),
      related: {
        ...locked.at,
        message: `released with SHA-256 ${locked.sha256.slice(0, 12)}…, now ${type.sha256.slice(0, 12)}…`,
      },
    },
  ];
}

function checkGap(
  { name, version, file }: SharedType,
  types: readonly SharedType[],
  lock: SchemaLock,
): readonly Finding[] {
  const before = version - 1;
  const isThere = before === 0 || types.some((type) => type.name === name && type.version === before);
  if (isThere || lock.get(typeKeyOf(name))?.has(before)) return [];
  return [
    {
      ...startOf(file),
      rule: "version-gap",
      severity: "error",
      message: `${file} follows no ${typeFileOf(name, before)}`,
      help: `rename the file to the missing number; versions count up from 1 without gaps`,
    },
  ];
}

function canonicalFingerprint(schema: NonNullable<SharedType["schema"]>): string {
  return fingerprint64(schema).toString(16).padStart(16, "0");
}
