import type { Baseline } from "./baseline/baseline.ts";
import { type Finding, sortFindings } from "./finding.ts";
import type { SchemaLock } from "./lock-file.ts";
import { applyContracts } from "./rules/apply-contracts.ts";
import { checkBaseline } from "./rules/baseline.ts";
import { checkGenerations } from "./rules/compatibility.ts";
import { checkContracts } from "./rules/contracts.ts";
import { checkKeyField } from "./rules/key-field.ts";
import { checkConfiguredEvents, checkNames } from "./rules/names.ts";
import { checkEdited, checkRemoved } from "./rules/release.ts";
import { checkReleasedSettings } from "./rules/released-settings.ts";
import { checkSharedTypes, editedTypes } from "./rules/shared-types.ts";
import { checkVersionChanges } from "./rules/version-changes.ts";
import { checkVersionGaps } from "./rules/versions.ts";
import { applyWaivers } from "./rules/waivers.ts";
import type { EventHistory, SchemaTree } from "./schema-tree.ts";
import { isInTypes } from "./shared-types/type-name.ts";

/** What a check takes into account besides the tree and its lock. */
export interface CheckOptions {
  /** Released versions as they stand elsewhere. Default: none, and the lock alone tells what is released. */
  readonly baseline?: Baseline | null;
  /** The time by which waivers expire. Default: the present. */
  readonly now?: Date;
}

/** Everything that the rules have to say about a tree, in the order of files and lines. */
export function checkTree(tree: SchemaTree, lock: SchemaLock, options: CheckOptions = {}): readonly Finding[] {
  const { baseline = null, now = new Date() } = options;
  const own = [...checkWhole(tree, lock), ...checkEvents(tree, lock, baseline !== null)];
  const all = baseline === null ? own : [...own, ...checkBaseline(tree, lock, baseline, own)];
  const findings = applyContracts(distinct(all), tree, lock);
  return sortFindings(applyWaivers(findings, tree.config.waivers, { now, hasBaseline: baseline !== null }));
}

/** What is wrong within a shared type is found in every event with it, and told once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const inTypes = new Set<string>();
  return findings.filter(({ file, line, column, rule, message }) => {
    if (!isInTypes(file)) return true;
    const key = JSON.stringify([file, line, column, rule, message]);
    const isNew = !inTypes.has(key);
    inTypes.add(key);
    return isNew;
  });
}

function checkWhole(tree: SchemaTree, lock: SchemaLock): readonly Finding[] {
  const { config, events, contracts, findings } = tree;
  return [
    ...findings,
    ...checkConfiguredEvents(config.events, events),
    ...checkContracts(contracts, events),
    ...checkRemoved(tree, lock),
    ...checkSharedTypes(tree, lock),
  ];
}

/**
 * Event by event, as each has its rules to itself: what was parsed of one can go before the next. The garbage collector
 * would copy it about otherwise, which takes a fifth of the time, and large trees would take much memory.
 *
 * @param isKept whether something else will ask for the same again
 */
function checkEvents(tree: SchemaTree, lock: SchemaLock, isKept: boolean): readonly Finding[] {
  const edited = editedTypes(tree.types, lock);
  return tree.events.flatMap((event) => {
    const findings = checkEvent(event, tree, lock, edited);
    if (!isKept) for (const version of event.versions) version.forget();
    return findings;
  });
}

function checkEvent(
  event: EventHistory,
  { config }: SchemaTree,
  lock: SchemaLock,
  edited: ReadonlySet<string>,
): readonly Finding[] {
  return [
    ...event.versions.flatMap(({ findings }) => findings),
    ...checkEdited(event, lock, edited),
    ...checkVersionGaps(event, lock),
    ...checkNames(event),
    ...checkKeyField(event, config.events.get(event.name.type)),
    ...checkGenerations(event, config.mode),
    ...checkVersionChanges(event, config, lock),
    ...checkReleasedSettings(event, config, lock),
  ];
}
