import { countFindings, type Finding, type HurtService, rules, type Severity } from "./finding.ts";
import { lintRuleIds } from "./lint/rule-ids.ts";
import type { SchemaTree } from "./schema-tree.ts";

/** How many events and versions a check looked at. */
export interface CheckedCounts {
  /** The command that reports. Default: check. */
  readonly command?: "check" | "lint";
  readonly events: number;
  readonly versions: number;
  readonly mode: string;
  /** What the tree was compared with besides its lock, and how many released versions that has. */
  readonly against?: { readonly baseline: string; readonly versions: number };
}

/** The figures of a whole tree. */
export function countChecked(tree: SchemaTree): CheckedCounts {
  const versions = tree.events.reduce((sum, event) => sum + event.versions.length, 0);
  return { events: tree.events.length, versions, mode: tree.config.mode };
}

/** One finding a block, in the form that compilers print and editors link: `file:line:column: severity rule: message`. */
export function formatText(
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const blocks = findings.map((finding) => formatFinding(finding, pathOf));
  return `${[...blocks, formatSummary(findings, checked), ...pointToRules(findings)].join("\n")}\n`;
}

/** The same as data. The shape is part of the CLI's contract: fields may be added, none removed. */
export function formatJson(
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const { error: errors, warning: warnings, note: notes } = countFindings(findings);
  const report = {
    mode: checked.mode,
    ...(checked.against === undefined ? {} : { against: checked.against }),
    summary: { events: checked.events, versions: checked.versions, errors, warnings, notes },
    findings: findings.map(({ related, ...finding }) => ({
      ...finding,
      file: pathOf(finding.file),
      ...(related === undefined ? {} : { related: { ...related, file: pathOf(related.file) } }),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function formatFinding(finding: Finding, pathOf: (file: string) => string): string {
  const { file, line, column, severity, rule, message, related } = finding;
  const lines = [`${pathOf(file)}:${line}:${column}: ${severity} ${rule}: ${message}`];
  if (related !== undefined) {
    lines.push(`    ${pathOf(related.file)}:${related.line}:${related.column}: ${related.message}`);
  }
  const hurt = describeHurt(finding);
  if (hurt !== null) lines.push(`    ${hurt}`);
  const remedy = remedyOf(finding);
  if (remedy !== null) lines.push(`    ${remedy}`);
  return lines.join("\n");
}

/** Where to read on about what failed. */
function pointToRules(findings: readonly Finding[]): readonly string[] {
  const failed = [...rules, ...lintRuleIds].filter((rule) =>
    findings.some((found) => found.rule === rule && found.severity === "error"),
  );
  return failed.length === 0
    ? []
    : [`More about ${failed.length === 1 ? "this rule" : "these rules"}: schemas explain ${failed.join(" ")}`];
}

/** The services that a finding hurts, with their owners; null where contracts cannot tell. */
export function describeHurt({ hurts }: Finding): string | null {
  if (hurts === undefined) return null;
  if (hurts.length === 0) return "hurts: no service that has a contract";
  return `hurts: ${hurts.map((hurt) => `${hurt.service} (${hurt.owner})${describeFields(hurt)}`).join("; ")}`;
}

function describeFields({ fields }: HurtService): string {
  if (fields === undefined) return ", which reads every field";
  return fields.length === 0 ? "" : `, which reads ${fields.join(", ")}`;
}

/** What to do about a finding, or who has taken it on and for how long; null when there is nothing to say. */
export function remedyOf({ help, waived }: Finding): string | null {
  if (waived !== undefined) return `waived until ${waived.expires} by ${waived.owner}: ${waived.reason}`;
  return help === undefined ? null : `help: ${help}`;
}

/** A report's last line: what was checked, and what was found. */
export function formatSummary(findings: readonly Finding[], checked: CheckedCounts): string {
  return `${describeChecked(checked)}: ${describeCounts(findings)}`;
}

/** `1 event, 2 versions, mode FULL_TRANSITIVE`. */
export function describeChecked(checked: CheckedCounts): string {
  const { against } = checked;
  const counts = `${plural(checked.events, "event")}, ${plural(checked.versions, "version")}, mode ${checked.mode}`;
  if (against === undefined) return counts;
  return `${counts}, against ${plural(against.versions, "released version")} of ${against.baseline}`;
}

/** `1 error, 2 notes`, or that there is nothing. */
export function describeCounts(findings: readonly Finding[]): string {
  const counts = countFindings(findings);
  const found = (["error", "warning", "note"] as const)
    .filter((severity) => counts[severity] > 0)
    .map((severity) => plural(counts[severity], severity satisfies Severity));
  return found.length === 0 ? "nothing to report" : found.join(", ");
}

/** `1 event`, `2 events`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
