import { isCollection, statesLimit } from "../collections.ts";
import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";
import { wordsOf } from "../words.ts";

/** Collections of these grow for as long as their entity lives. */
const growing = new Set(
  "activities audit changes comments entries events history log logs messages revisions snapshots transactions versions".split(
    " ",
  ),
);

/** An event that grows with its entity outgrows the broker's limit one day, on the busiest entity. */
export const unboundedArray: LintRule = {
  id: "unbounded-array",
  summary: "no arrays or maps that grow with the entity's life, none within others, unless the doc states a limit",
  levels: { recommended: "warn", strict: "error" },
  check({ uses }): readonly LintProblem[] {
    return uses.fields
      .filter((use) => isCollection(use) && !statesLimit(use))
      .flatMap((use) => {
        const reason = reasonOf(use.field.name, use.isRepeated);
        return reason === null
          ? []
          : [
              {
                at: use.field.at,
                message: `the ${use.type.type} ${quoted(use)} ${reason}`,
                help: 'publish an event for each entry, or state the limit that the writer keeps in its doc, such as "At most 20."',
              },
            ];
      });
  },
};

function reasonOf(name: string, isRepeated: boolean): string | null {
  if (growing.has(wordsOf(name).at(-1) ?? "")) return "grows for as long as its entity lives";
  return isRepeated ? "stands within another, so that their sizes multiply" : null;
}
