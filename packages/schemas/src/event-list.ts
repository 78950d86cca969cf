import { isRecordVersion } from "./event-reference.ts";
import type { SchemaLock } from "./lock-file.ts";
import { keyFieldOf } from "./rules/key-field.ts";
import { type EventHistory, generationsOf, type SchemaTree } from "./schema-tree.ts";
import { formatTable } from "./text-table.ts";
import { type VersionState, versionStateOf } from "./version-state.ts";

/** An event in `schemas list`. */
export interface EventSummary {
  readonly event: string;
  readonly topic: string;
  /** The field with the partition key in the newest readable version, or null. */
  readonly key: string | null;
  /** In ascending order. */
  readonly generations: readonly GenerationSummary[];
  /** Versions whose file holds no record, which `schemas check` explains. */
  readonly unreadable: readonly number[];
}

/** The versions of one record name. */
export interface GenerationSummary {
  readonly record: string;
  readonly subject: string;
  readonly versions: readonly { readonly version: number; readonly state: VersionState; readonly file: string }[];
}

/** Every event of a tree, by type. */
export function summarizeEvents(tree: SchemaTree, lock: SchemaLock): readonly EventSummary[] {
  return tree.events.map((event) => {
    const { type } = event.name;
    return {
      event: type,
      topic: event.topic,
      key: keyOf(event, tree),
      generations: generationsOf(event).map(({ recordName, subject, versions }) => ({
        record: recordName,
        subject,
        versions: versions.map((version) => ({
          version: version.version,
          state: versionStateOf(type, version, lock),
          file: version.file,
        })),
      })),
      unreadable: event.versions.filter(({ record }) => record === null).map(({ version }) => version),
    };
  });
}

function keyOf(event: EventHistory, { config }: SchemaTree): string | null {
  const newest = event.versions.findLast(isRecordVersion);
  return newest === undefined ? null : (keyFieldOf(newest.record, config.events.get(event.name.type))?.name ?? null);
}

/** The summaries as a table; a bar stands between generations: `v1-v3 | v4`. */
export function formatEventList(events: readonly EventSummary[]): string {
  const rows = events.map((event) => [
    event.event,
    event.generations.map(({ versions }) => formatVersions(versions.map(({ version }) => version))).join(" | ") || "-",
    formatStates(event),
    event.topic,
    event.key ?? "-",
  ]);
  return formatTable(["EVENT", "VERSIONS", "STATE", "TOPIC", "KEY"], rows);
}

function formatStates({ generations, unreadable }: EventSummary): string {
  const versions = generations.flatMap((generation) => generation.versions);
  const other = (["edited", "unreleased"] as const).flatMap((state) => {
    const found = versions.filter((version) => version.state === state).map(({ version }) => version);
    return found.length === 0 ? [] : [`${formatVersions(found)} ${state}`];
  });
  const broken = unreadable.length === 0 ? [] : [`${formatVersions(unreadable)} unreadable`];
  return [...other, ...broken].join(", ") || "released";
}

/** `v1-v3 v5` for 1, 2, 3 and 5. */
export function formatVersions(versions: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const version of versions) {
    const run = runs.at(-1);
    if (run?.last === version - 1) run.last = version;
    else runs.push({ first: version, last: version });
  }
  return runs.map(({ first, last }) => (first === last ? `v${first}` : `v${first}-v${last}`)).join(" ");
}
