import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";
import { isPersonal } from "../personal-data.ts";

/** Topics are kept and copied, and what stands in them cannot be erased. */
export const personalData: LintRule = {
  id: "personal-data",
  summary: "fields with personal data say so in their doc",
  levels: { recommended: "warn", strict: "error" },
  check({ uses }): readonly LintProblem[] {
    return uses.fields
      .filter(({ field, owner }) => isPersonal(field, owner))
      .filter(({ field }) => !/personal data/i.test(field.doc ?? ""))
      .map((use) => ({
        at: use.field.at,
        message: `${quoted(use)} looks like personal data, which cannot be erased from a topic`,
        help: 'refer to the person by an id instead; where consumers need it, say "Personal data." in its doc and limit how long the topic keeps it',
      }));
  },
};
