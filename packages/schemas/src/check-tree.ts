import type { Baseline } from "./baseline/baseline.ts";
import { type Finding, sortFindings } from "./finding.ts";
import type { SchemaLock } from "./lock-file.ts";
import { applyContracts } from "./rules/apply-contracts.ts";
import { checkBaseline } from "./rules/baseline.ts";
import { checkGenerations } from "./rules/compatibility.ts";
import { checkContracts } from "./rules/contracts.ts";
import { checkKeyField } from "./rules/key-field.ts";
import { checkConfiguredEvents, checkNames } from "./rules/names.ts";
import { checkReleased } from "./rules/release.ts";
import { checkReleasedSettings } from "./rules/released-settings.ts";
import { checkSharedTypes } from "./rules/shared-types.ts";
import { checkVersionChanges } from "./rules/version-changes.ts";
import { checkVersionGaps } from "./rules/versions.ts";
import { applyWaivers } from "./rules/waivers.ts";
import type { SchemaTree } from "./schema-tree.ts";
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
  const own = checkOwn(tree, lock);
  const { baseline = null, now = new Date() } = options;
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

function checkOwn(tree: SchemaTree, lock: SchemaLock): readonly Finding[] {
  const { config, events, contracts, findings } = tree;
  return [
    ...findings,
    ...checkConfiguredEvents(config.events, events),
    ...checkContracts(contracts, events),
    ...checkReleased(tree, lock),
    ...checkSharedTypes(tree, lock),
    ...events.flatMap((event) => [
      ...checkVersionGaps(event, lock),
      ...checkNames(event),
      ...checkKeyField(event, config.events.get(event.name.type)),
      ...checkGenerations(event, config.mode),
      ...checkVersionChanges(event, config, lock),
      ...checkReleasedSettings(event, config, lock),
    ]),
  ];
}
