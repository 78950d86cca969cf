import { SchemasError } from "./errors.ts";
import { type FoundVersion, findVersion, parseEventReference, requireRecord } from "./event-reference.ts";
import { type EventName, recordNameFor } from "./event-name.ts";
import type { SchemaLock } from "./lock-file.ts";
import { renameRecord } from "./rename-record.ts";
import { fileOf, type EventHistory, type SchemaTree, type SchemaVersion } from "./schema-tree.ts";
import { firstVersionOf } from "./starter-files.ts";

/** What `schemas new` is asked for. */
export interface NewVersionRequest {
  readonly name: EventName;
  /** An event to copy, as it is named on the command line. */
  readonly from: string | null;
  /** Whether a new generation begins. */
  readonly breaking: boolean;
}

/** A file to write. */
export interface NewVersion {
  readonly version: number;
  readonly file: string;
  readonly text: string;
  /** The version that it is a copy of, such as `orders.order.placed v2`; null for the template. */
  readonly copyOf: string | null;
  readonly recordName: string;
  /** The last version, when it may still change and so needs no successor; else null. */
  readonly unreleased: number | null;
}

/**
 * The next version of an event, or the first.
 *
 * @throws SchemasError `usage`, `event-not-found`, `schema-invalid`
 */
export function planNewVersion(tree: SchemaTree, lock: SchemaLock, request: NewVersionRequest): NewVersion {
  const event = tree.events.find(({ name }) => name.type === request.name.type);
  const last = event?.versions.at(-1);
  if (event === undefined || last === undefined) return firstVersion(tree, lock, request);
  if (request.from !== null) {
    throw new SchemasError(
      "usage",
      `${request.name.type} exists already: its next version is a copy of its last, v${last.version}. Leave out --from.`,
    );
  }
  return followingVersion(event, last, lock, request.breaking);
}

function firstVersion(tree: SchemaTree, lock: SchemaLock, { name, from, breaking }: NewVersionRequest): NewVersion {
  if (breaking) {
    throw new SchemasError(
      "usage",
      `${name.type} does not exist, so there is nothing to break with. Leave out --breaking, or see "schemas list" for the events that there are.`,
    );
  }
  const removed = lock.get(name.type)?.size ?? 0;
  if (removed > 0) {
    throw new SchemasError(
      "event-not-found",
      `${name.type} was released, and its files are gone from the tree. Restore them from version control first.`,
    );
  }
  const recordName = recordNameFor(name, 1);
  const file = { version: 1, file: fileOf(name, 1), recordName, unreleased: null };
  if (from === null) return { ...file, text: firstVersionOf(name), copyOf: null };
  const source = sourceOf(tree, from);
  return {
    ...file,
    text: renameRecord(textOf(source.version), recordName),
    copyOf: `${source.event.name.type} v${source.version.version}`,
  };
}

function sourceOf(tree: SchemaTree, from: string): FoundVersion {
  const reference = parseEventReference(from);
  if (reference !== null) return findVersion(tree, reference);
  throw new SchemasError(
    "usage",
    `"${from}" names no event to copy. Give domain.entity.action, with @N for version N.`,
  );
}

function followingVersion(event: EventHistory, last: SchemaVersion, lock: SchemaLock, breaking: boolean): NewVersion {
  const { record } = requireRecord(last);
  const locked = lock.get(event.name.type);
  // A released version whose file is gone keeps its number.
  const version = Math.max(last.version, ...(locked?.keys() ?? [])) + 1;
  const recordName = breaking ? recordNameFor(event.name, version) : record.fullName;
  return {
    version,
    file: fileOf(event.name, version),
    text: breaking ? renameRecord(textOf(last), recordName) : textOf(last),
    copyOf: `${event.name.type} v${last.version}`,
    recordName,
    unreleased: locked?.has(last.version) === true ? null : last.version,
  };
}

/** The file as it is formatted, without a byte order mark. */
function textOf(version: SchemaVersion): string {
  return new TextDecoder().decode(version.content);
}
