import { globPattern } from "./glob.ts";
import type { LintConfig } from "./lint-config.ts";
import type { LintRule } from "./lint-rule.ts";
import type { LintLevel, LintRuleId } from "./rule-ids.ts";
import { arrayLimit } from "./rules/array-limit.ts";
import { docRequired } from "./rules/doc-required.ts";
import { enumDefault } from "./rules/enum-default.ts";
import { eventSize } from "./rules/event-size.ts";
import { keyIdentifier } from "./rules/key-identifier.ts";
import { moneyFloat } from "./rules/money-float.ts";
import { moneyType } from "./rules/money-type.ts";
import { nestedEntity } from "./rules/nested-entity.ts";
import { nullableDefault } from "./rules/nullable-default.ts";
import { pastTense } from "./rules/past-tense.ts";
import { personalData } from "./rules/personal-data.ts";
import { suppression } from "./rules/suppression.ts";
import { timestampType } from "./rules/timestamp-type.ts";
import { unboundedArray } from "./rules/unbounded-array.ts";
import { vagueAction } from "./rules/vague-action.ts";

/** Every rule of `schemas lint`, in the order of the documentation. */
export const lintRules: readonly LintRule[] = [
  pastTense,
  vagueAction,
  docRequired,
  timestampType,
  moneyFloat,
  moneyType,
  nullableDefault,
  enumDefault,
  keyIdentifier,
  personalData,
  eventSize,
  nestedEntity,
  unboundedArray,
  arrayLimit,
  suppression,
];

/** How the settings weigh each rule's findings in a file. */
export function levelsFor(config: LintConfig, file: string): ReadonlyMap<LintRuleId, LintLevel> {
  const { preset, rules, overrides } = config;
  const start = lintRules.map(({ id, levels }) => [id, preset === "off" ? "off" : levels[preset]] as const);
  const matching = overrides.filter(({ files }) => files.some((glob) => globPattern(glob).test(file)));
  return new Map([...start, ...rules, ...matching.flatMap((override) => [...override.rules])]);
}
