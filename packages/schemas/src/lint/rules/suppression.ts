import type { LintProblem, LintRule } from "../lint-rule.ts";
import { suppressionsIn } from "../suppressions.ts";

/** A suppression that says nothing, or of nothing, hides what its author meant. Unused ones are told by the linter. */
export const suppression: LintRule = {
  id: "suppression",
  summary: "each suppression in a schema names a rule, says why, and is needed",
  levels: { recommended: "warn", strict: "error" },
  check({ source }): readonly LintProblem[] {
    return suppressionsIn(source.root).problems;
  },
};
