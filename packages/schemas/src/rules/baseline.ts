import type { CompatibilityMode } from "@waybill/avro";
import type { Baseline } from "../baseline/baseline.ts";
import { type Finding, startOf } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import { isSameSchema } from "../schema-identity.ts";
import { type EventHistory, fileOf, type SchemaTree, type SchemaVersion } from "../schema-tree.ts";
import { checkGenerations } from "./compatibility.ts";
import { isUnlinked } from "../shared-types/read-imports.ts";
import { closureOf, isPartOf, type SharedType } from "../shared-types/shared-type.ts";
import { describeEdit } from "./release.ts";
import { describeUsers, editHelp, hurtByEdit } from "./shared-types.ts";

/**
 * What is released in the baseline must be in the tree as it is there, and the tree's new versions must be compatible
 * with it as it is there.
 *
 * @param known What the tree and its lock gave already, which is not told again.
 */
export function checkBaseline(
  tree: SchemaTree,
  lock: SchemaLock,
  baseline: Baseline,
  known: readonly Finding[],
): readonly Finding[] {
  const byType = new Map(tree.events.map((event) => [event.name.type, event]));
  const edited = editedSince(baseline, tree.types);
  const found = baseline.events.flatMap((there) => {
    const event = byType.get(there.name.type);
    const isRetired = ({ version }: SchemaVersion) =>
      versionIn(event, version) === undefined && lock.get(there.name.type)?.get(version)?.retired === true;
    const released = { ...there, versions: there.versions.filter((version) => !isRetired(version)) };
    return [
      ...there.versions.filter(isRetired).map((version) => retiredVersion(there, version, baseline)),
      ...checkKept(event, released, baseline).filter(({ about }) => !isByType(released, about?.version, edited)),
      ...(event === undefined ? [] : checkNew(event, released, baseline, tree.config.mode)),
    ];
  });
  const isKnown = (finding: Finding) => known.some((other) => isSameFinding(finding, other));
  return [...edited.map((type) => editedType(type, tree, baseline)), ...found].filter((finding) => !isKnown(finding));
}

/** The shared types of the tree that are part of the baseline's events with another text. */
function editedSince({ events }: Baseline, types: readonly SharedType[]): readonly SharedType[] {
  const before = closureOf(events.flatMap(({ versions }) => versions.flatMap(({ imports }) => imports)));
  return types.filter(({ file, sha256 }) => (before.get(file)?.sha256 ?? sha256) !== sha256);
}

/** Whether a version of the baseline differs here by an edited type, which is told once, at the type. */
function isByType(released: EventHistory, number: number | undefined, edited: readonly SharedType[]): boolean {
  const version = released.versions.find((candidate) => candidate.version === number);
  return version !== undefined && edited.some(({ file }) => isPartOf(file, version));
}

function editedType(type: SharedType, { types, contracts }: SchemaTree, { label, events }: Baseline): Finding {
  return {
    ...startOf(type.file),
    rule: "released-edited",
    severity: "error",
    message: `${type.file} is released in ${label} as part of ${describeUsers(type.file, events)}, and differs here`,
    help: editHelp(type, types, "the baseline"),
    ...hurtByEdit(type.file, events, contracts),
  };
}

/** The two releases rules word a finding by where they know it from; a break is the same when its words are. */
function isSameFinding(a: Finding, b: Finding): boolean {
  if (a.about === undefined && b.about === undefined && a.file !== b.file) return false;
  if (a.rule !== b.rule || a.about?.event !== b.about?.event || a.about?.version !== b.about?.version) return false;
  return a.rule !== "incompatible" || (a.message === b.message && a.line === b.line && a.column === b.column);
}

/** Told to reviewers of the change that retires it. */
function retiredVersion({ name }: EventHistory, { version, file }: SchemaVersion, { label }: Baseline): Finding {
  const message = `v${version} of ${name.type} is released in ${label} and retired here`;
  return { ...startOf(file), rule: "released-removed", severity: "note", message };
}

function checkKept(event: EventHistory | undefined, released: EventHistory, baseline: Baseline): readonly Finding[] {
  const { type } = released.name;
  return released.versions.flatMap((before): readonly Finding[] => {
    const after = versionIn(event, before.version);
    const about = { event: type, version: before.version };
    if (after === undefined) {
      return [
        {
          ...startOf(before.file),
          rule: "released-removed",
          severity: "error",
          message: `v${before.version} of ${type} is released in ${baseline.label} and missing here`,
          help: "restore the file; when this branch is only older than the baseline, bring it up to date, or compare with merge-base:<ref>",
          about,
        },
      ];
    }
    if (isSame(before, after, baseline) || isUnlinked(after)) return [];
    const next = Math.max(...[...(event?.versions ?? []), ...released.versions].map(({ version }) => version)) + 1;
    return [
      {
        ...startOf(after.file),
        rule: "released-edited",
        severity: "error",
        message: `v${after.version} of ${type} is released in ${baseline.label} and differs here (${describeEdit(before, after)})`,
        help: `restore it from the baseline and make the change in a new version, ${fileOf(released.name, next)}`,
        about,
      },
    ];
  });
}

/** Only where the tree lacks or changed something: otherwise its own history has told all there is. */
function checkNew(
  event: EventHistory,
  released: EventHistory,
  baseline: Baseline,
  mode: CompatibilityMode,
): readonly Finding[] {
  const isKept = released.versions.every((before) => {
    const after = versionIn(event, before.version);
    return after !== undefined && isSame(before, after, baseline);
  });
  if (isKept) return [];
  const fresh = event.versions.filter(({ version }) => versionIn(released, version) === undefined);
  const versions = [...released.versions, ...fresh].toSorted((a, b) => a.version - b.version);
  const isFresh = new Set(fresh.map(({ version }) => version));
  return checkGenerations({ ...event, versions }, mode)
    .filter(({ about }) => about !== undefined && isFresh.has(about.version))
    .map((finding) => withBaseline(finding, baseline));
}

/** The other side of a break is the baseline's text, which a file of the tree need no longer be. */
function withBaseline(finding: Finding, { label }: Baseline): Finding {
  if (finding.related === undefined) return finding;
  return { ...finding, related: { ...finding.related, message: `${finding.related.message} of ${label}` } };
}

function versionIn(event: EventHistory | undefined, version: number): SchemaVersion | undefined {
  return event?.versions.find((candidate) => candidate.version === version);
}

function isSame(before: SchemaVersion, after: SchemaVersion, { identity }: Baseline): boolean {
  return before.sha256 === after.sha256 || (identity === "schema" && isSameSchema(before.text, after.text));
}
