import { type Finding, type Rule, rules } from "./finding.ts";
import { formatLintRulePage } from "./lint/lint-rule-docs.ts";
import { isLintRuleId, lintRuleIds, type LintRuleId } from "./lint/rule-ids.ts";
import { formatRulePage } from "./rules/rule-docs.ts";

/** Every rule that has a page: those of check, then those of lint. */
export const documentedRules: readonly Finding["rule"][] = [...rules, ...lintRuleIds];

/** The documentation of a rule of check or of lint, in Markdown. */
export function rulePage(id: Rule | LintRuleId): string {
  return isLintRuleId(id) ? formatLintRulePage(id) : formatRulePage(id);
}

/** Where the newest release of the package shows the page of a rule. */
export function rulePageUrl(id: Rule | LintRuleId): string {
  return `https://unpkg.com/@waybill/schemas/${rulePagePath(id)}`;
}

/** Every page by its path in this package. */
export function rulePages(): ReadonlyMap<string, string> {
  return new Map(documentedRules.map((id) => [rulePagePath(id), rulePage(id)]));
}

function rulePagePath(id: Rule | LintRuleId): string {
  return `docs/rules/${id}.md`;
}
