import { isCollection, statesLimit } from "../collections.ts";
import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";

/** Avro has no limit for the length of an array; the doc is where a reader looks for it. */
export const arrayLimit: LintRule = {
  id: "array-limit",
  summary: "the doc of every array and map states its limit",
  levels: { recommended: "off", strict: "warn" },
  check({ uses }): readonly LintProblem[] {
    return uses.fields
      .filter((use) => isCollection(use) && !statesLimit(use))
      .map((use) => ({
        at: use.field.at,
        message: `the doc of the ${use.type.type} ${quoted(use)} states no limit`,
        help: 'say how many entries it can have at the most, such as "At most 100.", and have the writer keep to it',
      }));
  },
};
