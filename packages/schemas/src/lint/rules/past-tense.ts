import { isVagueAction } from "../action-words.ts";
import type { LintProblem, LintRule } from "../lint-rule.ts";
import { isPastForm, pastFormOf } from "../verbs.ts";

/** An event tells what has happened, so that nobody takes it for a command. */
export const pastTense: LintRule = {
  id: "past-tense",
  summary: "the action of an event is in the past tense",
  levels: { recommended: "error", strict: "error" },
  check({ event, nameAt }): readonly LintProblem[] {
    if (event === null) return [];
    const { type, entity, action, domain } = event;
    const words = action.split("_");
    // A vague action gets a better name by its own rule; `updated` for `update` would be no better.
    if (words.some(isPastForm) || isVagueAction(entity, action)) return [];
    const suggestion = words.map((word) => pastFormOf(word) ?? word).join("_");
    const name = suggestion === action ? "placed, paid or handed_over" : `${domain}.${entity}.${suggestion}`;
    return [
      {
        at: nameAt,
        message: `the action "${action}" of ${type} is not in the past tense`,
        help: `an event tells what has happened: name it by a past form, such as ${name}`,
      },
    ];
  },
};
