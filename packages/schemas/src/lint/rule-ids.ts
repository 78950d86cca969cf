/** The rules of `schemas lint`; the README explains each. */
export const lintRuleIds = [
  "past-tense",
  "vague-action",
  "doc-required",
  "timestamp-type",
  "money-float",
  "money-type",
  "nullable-default",
  "enum-default",
  "key-identifier",
  "personal-data",
  "event-size",
  "nested-entity",
  "unbounded-array",
  "array-limit",
  "suppression",
] as const;

/** What a finding of `schemas lint` is about. */
export type LintRuleId = (typeof lintRuleIds)[number];

/** Whether a text names a rule of `schemas lint`. */
export function isLintRuleId(text: string): text is LintRuleId {
  return lintRuleIds.some((id) => id === text);
}

/** How much a rule's findings weigh; only errors make `schemas lint` fail. */
export const lintLevels = ["off", "warn", "error"] as const;

/** One of `lintLevels`. */
export type LintLevel = (typeof lintLevels)[number];

/** The sets of levels that a tree may start from. */
export const lintPresets = ["recommended", "strict", "off"] as const;

/** One of `lintPresets`. */
export type LintPreset = (typeof lintPresets)[number];
