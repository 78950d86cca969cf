import { configFileName } from "../config.ts";
import { type Finding, sortFindings } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import { unreleasedOf } from "../rules/release.ts";
import { type EventHistory, locationOf, type SchemaTree, type SchemaVersion } from "../schema-tree.ts";
import { globPattern } from "./glob.ts";
import { levelsFor } from "./lint-rules.ts";
import { lintVersion, type RuleProblem } from "./lint-version.ts";
import type { TextEdit } from "./lint-rule.ts";

/** What `schemas lint` has to say about a tree. */
export interface LintReport {
  /** In the order of files and lines. */
  readonly findings: readonly Finding[];
  /** How many versions were looked at. */
  readonly versions: number;
  /** What can be mended: whole fixes by file, of unreleased versions alone. */
  readonly fixes: ReadonlyMap<string, readonly (readonly TextEdit[])[]>;
}

/**
 * Lints the newest version of each event and every unreleased one: of the others nothing can be mended. A released
 * version cannot change either, so that its errors are warnings, for the author of the next version.
 */
export function lintTree(tree: SchemaTree, lock: SchemaLock): LintReport {
  const entities = new Set(tree.events.map(({ name }) => name.entity));
  const findings: Finding[] = [
    ...tree.findings.filter(({ severity }) => severity === "error"),
    ...unusedOverrides(tree),
  ];
  const fixes = new Map<string, readonly (readonly TextEdit[])[]>();
  let versions = 0;
  for (const event of tree.events) {
    const unreleased = new Set(unreleasedOf(event, lock));
    for (const version of event.versions.filter((one) => unreleased.has(one) || one === event.versions.at(-1))) {
      const isReleased = !unreleased.has(version);
      const problems = problemsOf(tree, event, version, entities);
      versions += 1;
      for (const problem of problems) findings.push(findingOf(version, problem, isReleased));
      const fixable = problems.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
      if (!isReleased && fixable.length > 0) fixes.set(version.file, fixable);
    }
  }
  return { findings: sortFindings(findings), versions, fixes };
}

function problemsOf(
  { config }: SchemaTree,
  event: EventHistory,
  version: SchemaVersion,
  entities: ReadonlySet<string>,
): readonly RuleProblem[] {
  const levels = levelsFor(config.lint, version.file);
  return lintVersion(event, version, { levels, config: config.events.get(event.name.type), entities });
}

/** An override whose pattern matches nothing is most often a typing error that would go unnoticed. */
function unusedOverrides({ config, events }: SchemaTree): readonly Finding[] {
  const level = levelsFor(config.lint, configFileName).get("suppression") ?? "off";
  if (level === "off") return [];
  const files = events.flatMap(({ versions }) => versions.map(({ file }) => file));
  return config.lint.overrides.flatMap(({ files: globs, at }) =>
    globs
      .filter((glob) => !files.some((file) => globPattern(glob).test(file)))
      .map((glob) => ({
        ...at,
        rule: "suppression" as const,
        severity: level === "error" ? ("error" as const) : ("warning" as const),
        message: `the override for "${glob}" matches no version of the tree`,
        help: "correct the pattern, which is relative to the tree, such as orders/**, or remove it",
      })),
  );
}

function findingOf(version: SchemaVersion, problem: RuleProblem, isReleased: boolean): Finding {
  const { rule, level, at, message, help, fix } = problem;
  const remedy = isReleased
    ? `${help} (in the next version: this one is released)`
    : `${help}${fix === undefined ? "" : " (schemas lint --fix does)"}`;
  return {
    ...locationOf(version.file, at),
    rule,
    severity: level === "error" && !isReleased ? "error" : "warning",
    message,
    help: remedy,
  };
}
