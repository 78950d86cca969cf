import { configFileName } from "../config.ts";
import { type Finding, locationOf, sortFindings } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import { unreleasedOf } from "../rules/release.ts";
import type { SchemaTree } from "../schema-tree.ts";
import type { SharedType } from "../shared-types/shared-type.ts";
import { typeKeyOf } from "../shared-types/type-name.ts";
import { globPattern } from "./glob.ts";
import { levelsFor } from "./lint-rules.ts";
import { type LintSurroundings, lintType, lintVersion, type RuleProblem } from "./lint-version.ts";
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
 * Lints the newest version of each event and shared type, and every unreleased one: of the others nothing can be mended.
 * A released version cannot change either, so that its errors are warnings, for the author of the next version.
 */
export function lintTree(tree: SchemaTree, lock: SchemaLock): LintReport {
  const findings: Finding[] = [
    ...tree.findings.filter(({ severity }) => severity === "error"),
    ...unusedOverrides(tree),
  ];
  const fixes = new Map<string, readonly (readonly TextEdit[])[]>();
  const entities = new Set(tree.events.map(({ name }) => name.entity));
  const around = (file: string) => ({ levels: levelsFor(tree.config.lint, file), entities });
  const linted = [...lintEvents(tree, lock, around), ...lintTypes(tree, lock, around)];
  for (const { file, isReleased, problems } of linted) {
    for (const problem of problems) findings.push(findingOf(file, problem, isReleased));
    const fixable = problems.flatMap(({ fix }) => (fix === undefined ? [] : [fix]));
    if (!isReleased && fixable.length > 0) fixes.set(file, fixable);
  }
  return { findings: sortFindings(findings), versions: linted.length, fixes };
}

/** What the rules found in one file. */
interface LintedFile {
  readonly file: string;
  readonly isReleased: boolean;
  readonly problems: readonly RuleProblem[];
}

type Around = (file: string) => LintSurroundings;

function lintEvents(tree: SchemaTree, lock: SchemaLock, around: Around): readonly LintedFile[] {
  return tree.events.flatMap((event) => {
    const unreleased = new Set(unreleasedOf(event, lock));
    const config = tree.config.events.get(event.name.type);
    return event.versions
      .filter((version) => unreleased.has(version) || version === event.versions.at(-1))
      .map((version) => ({
        file: version.file,
        isReleased: !unreleased.has(version),
        problems: lintVersion({ event, version, config }, around(version.file)),
      }));
  });
}

function lintTypes(tree: SchemaTree, lock: SchemaLock, around: Around): readonly LintedFile[] {
  const isReleased = ({ name, version }: SharedType) => lock.get(typeKeyOf(name))?.has(version) === true;
  const isNewest = ({ name, version }: SharedType) =>
    !tree.types.some((other) => other.name === name && other.version > version);
  return tree.types
    .filter((type) => !isReleased(type) || isNewest(type))
    .map((type) => ({
      file: type.file,
      isReleased: isReleased(type),
      problems: lintType(type, around(type.file)),
    }));
}

/** An override whose pattern matches nothing is most often a typing error that would go unnoticed. */
function unusedOverrides({ config, events, types }: SchemaTree): readonly Finding[] {
  const level = levelsFor(config.lint, configFileName).get("suppression") ?? "off";
  if (level === "off") return [];
  const files = [...events.flatMap(({ versions }) => versions), ...types].map(({ file }) => file);
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

function findingOf(file: string, problem: RuleProblem, isReleased: boolean): Finding {
  const { rule, level, at, message, help, fix } = problem;
  const remedy = isReleased
    ? `${help} (in the next version: this one is released)`
    : `${help}${fix === undefined ? "" : " (schemas lint --fix does)"}`;
  return {
    ...locationOf(file, at),
    rule,
    severity: level === "error" && !isReleased ? "error" : "warning",
    message,
    help: remedy,
  };
}
