import type { Rule, Severity } from "./finding.ts";

/** What the config can set for a rule; `off` leaves its findings out. */
export const ruleSettings = ["error", "warning", "note", "off"] as const;

/** One of {@link ruleSettings}. */
export type RuleSetting = (typeof ruleSettings)[number];

/**
 * The rules whose severity the config can set, with their defaults: those about changes that Avro's schema resolution
 * lets pass, and those that only fields hit which nobody reads. Errors are for what reads wrong values or loses the order of events, whatever consumers do.
 */
export const defaultSeverities = {
  "key-moved": "error",
  "key-narrowed": "error",
  "topic-moved": "error",
  "logical-scale": "error",
  "logical-unit": "error",
  "logical-precision": "warning",
  "logical-type": "warning",
  "default-changed": "warning",
  "enum-default-changed": "warning",
  "source-renamed": "warning",
  "source-removed": "warning",
  "source-type": "warning",
  "source-union": "warning",
  "source-nullable": "warning",
  "source-required": "warning",
  "source-enum": "warning",
  "consumers-first": "note",
} as const satisfies Partial<Record<Rule, Severity>>;

/** A rule whose severity the config can set. */
export type SettableRule = keyof typeof defaultSeverities;

/** Every settable rule. */
export const settableRules: readonly SettableRule[] = Object.keys(defaultSeverities).filter(isSettableRule);

/** Whether a text names a settable rule. */
export function isSettableRule(text: string): text is SettableRule {
  return Object.hasOwn(defaultSeverities, text);
}
