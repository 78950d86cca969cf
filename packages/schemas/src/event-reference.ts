import type { RecordSchema } from "@waybill/avro";
import { closestText } from "./closest-text.ts";
import { SchemasError } from "./errors.ts";
import { parseEventType } from "./event-name.ts";
import type { EventHistory, SchemaTree, SchemaVersion } from "./schema-tree.ts";

/** An event as it is named on the command line: `orders.order.placed` or `orders.order.placed@2`. */
export interface EventReference {
  readonly type: string;
  /** Null for the newest. */
  readonly version: number | null;
}

/** A version whose file holds a record. */
export type RecordVersion = SchemaVersion & { readonly record: RecordSchema };

/** A version together with its event. */
export interface FoundVersion {
  readonly event: EventHistory;
  readonly version: RecordVersion;
}

/** Reads `domain.entity.action` or `domain.entity.action@N`; null when it is of neither form. */
export function parseEventReference(text: string): EventReference | null {
  const [, type = "", version] = /^([^@]+)(?:@v?([1-9][0-9]{0,8}))?$/.exec(text) ?? [];
  if (parseEventType(type) === null) return null;
  return { type, version: version === undefined ? null : Number(version) };
}

/** The path of a version's file, as shells complete it. */
const versionPath = /(?:^|[/\\])([^/\\]+)[/\\]([^/\\]+)[/\\]v([1-9][0-9]{0,8})\.avsc$/;

function parseVersionPath(text: string): EventReference | null {
  const [, domain, folder, version] = versionPath.exec(text) ?? [];
  return version === undefined ? null : parseEventReference(`${domain}.${folder}@${version}`);
}

/**
 * An event as a person names it, or by the path of one of its versions.
 *
 * @throws SchemasError `usage` when the text is neither
 */
export function requireEventReference(text: string): EventReference {
  const reference = parseEventReference(text) ?? parseVersionPath(text);
  if (reference !== null) return reference;
  throw new SchemasError(
    "usage",
    `"${text}" names no event. Give domain.entity.action in lower case, with @N for version N, such as orders.order.placed@2.`,
  );
}

/** @throws SchemasError `event-not-found` */
export function findEvent(tree: SchemaTree, type: string): EventHistory {
  const event = tree.events.find(({ name }) => name.type === type);
  if (event !== undefined) return event;
  const meant = closestText(
    type,
    tree.events.map(({ name }) => name.type),
  );
  const hint = meant === null ? "" : ` Did you mean ${meant}?`;
  throw new SchemasError(
    "event-not-found",
    `The tree has no event ${type}.${hint} "schemas list" shows those that it has; "schemas new ${type}" makes it.`,
  );
}

/**
 * The version that is named, else the newest.
 *
 * @throws SchemasError `event-not-found`, or `schema-invalid` when its file holds no record
 */
export function findVersion(tree: SchemaTree, reference: EventReference): FoundVersion {
  const event = findEvent(tree, reference.type);
  const version =
    reference.version === null
      ? event.versions.at(-1)
      : event.versions.find((candidate) => candidate.version === reference.version);
  if (version === undefined) {
    throw new SchemasError(
      "event-not-found",
      `${reference.type} has no version ${reference.version}; it has ${event.versions.map((found) => `v${found.version}`).join(", ")}.`,
    );
  }
  return { event, version: requireRecord(version) };
}

/** @throws SchemasError `schema-invalid` */
export function requireRecord(version: SchemaVersion): RecordVersion {
  if (isRecordVersion(version)) return version;
  throw new SchemasError(
    "schema-invalid",
    `${version.file} holds no valid record schema. Run "schemas check", which tells what is wrong and where.`,
  );
}

/** Whether a version's file holds a record. */
export function isRecordVersion(version: SchemaVersion): version is RecordVersion {
  return version.record !== null;
}
