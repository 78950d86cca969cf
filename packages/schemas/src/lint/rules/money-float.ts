import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";
import { decimalHelp, hasCurrency, moneyHintOf } from "../money.ts";

/** Binary fractions cannot hold 0.1, and sums of them drift. */
export const moneyFloat: LintRule = {
  id: "money-float",
  summary: "money is no float or double",
  levels: { recommended: "error", strict: "error" },
  check(subject): readonly LintProblem[] {
    return subject.uses.fields.flatMap((use) => {
      const hint = moneyHintOf(use.field.name);
      if (hint === null || (use.element.type !== "float" && use.element.type !== "double")) return [];
      // A discount or tax may be a rate: only a currency tells that it is an amount.
      if (hint === "possible" && !hasCurrency(subject, use)) return [];
      const message = `${quoted(use)} looks like money and is a ${use.element.type}, which cannot hold amounts such as 0.10 exactly`;
      return [{ at: use.field.typeAt, message, help: decimalHelp }];
    });
  },
};
