import type { Schema } from "@waybill/avro";
import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";
import { decimalHelp, hasCurrency, isInMinorUnits, moneyHintOf } from "../money.ts";

/** Without a decimal's scale, each reader guesses where the point belongs. Floats have a rule of their own. */
export const moneyType: LintRule = {
  id: "money-type",
  summary: "money is a decimal, or says in its name that it counts minor units",
  levels: { recommended: "warn", strict: "error" },
  check(subject): readonly LintProblem[] {
    return subject.uses.fields.flatMap((use) => {
      const { name } = use.field;
      const hint = moneyHintOf(name);
      if (hint === null || !isUnscaled(use.element)) return [];
      // An amount or total may count pieces: only a currency tells that it is money.
      if (hint !== "sure" && !hasCurrency(subject, use)) return [];
      const isCount = use.element.type === "int" || use.element.type === "long";
      if (isCount && isInMinorUnits(name)) return [];
      return [
        {
          at: use.field.typeAt,
          message: `${quoted(use)} looks like money and is a plain ${use.element.type}, which does not say where the decimal point is`,
          help: isCount ? `${decimalHelp}, or name it ${name}Cents if it counts cents` : decimalHelp,
        },
      ];
    });
  },
};

function isUnscaled({ type, logicalType }: Schema): boolean {
  return logicalType === null && ["int", "long", "string", "bytes", "fixed"].includes(type);
}
