import { type Finding, sortFindings } from "./finding.ts";
import type { SchemaLock } from "./lock-file.ts";
import { checkGenerations } from "./rules/compatibility.ts";
import { checkKeyField } from "./rules/key-field.ts";
import { checkConfiguredEvents, checkNames } from "./rules/names.ts";
import { checkReleased } from "./rules/release.ts";
import { checkVersionChanges } from "./rules/version-changes.ts";
import { checkVersionGaps } from "./rules/versions.ts";
import type { SchemaTree } from "./schema-tree.ts";

/** Everything that the rules have to say about a tree, in the order of files and lines. */
export function checkTree(tree: SchemaTree, lock: SchemaLock): readonly Finding[] {
  const { config, events, findings } = tree;
  return sortFindings([
    ...findings,
    ...checkConfiguredEvents(config.events, events),
    ...checkReleased(events, lock),
    ...events.flatMap((event) => [
      ...checkVersionGaps(event, lock),
      ...checkNames(event),
      ...checkKeyField(event, config.events.get(event.name.type)),
      ...checkGenerations(event, config.mode),
      ...checkVersionChanges(event, config, lock),
    ]),
  ]);
}
