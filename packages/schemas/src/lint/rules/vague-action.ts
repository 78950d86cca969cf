import { isVagueAction } from "../action-words.ts";
import type { LintedEvent, LintProblem, LintRule } from "../lint-rule.ts";
import type { SchemaUses } from "../schema-uses.ts";
import { isPastForm } from "../verbs.ts";
import { wordsOf } from "../words.ts";

/** An event says what happened; `updated` leaves each consumer to work it out by comparing. */
export const vagueAction: LintRule = {
  id: "vague-action",
  summary: "the action says what happened, not only that something did",
  levels: { recommended: "error", strict: "error" },
  check({ event, uses, nameAt }): readonly LintProblem[] {
    if (event === null) return [];
    const { type, entity, action } = event;
    if (!isVagueAction(entity, action)) return [];
    const better = betterActions(event, uses).map((name) => `${entity}.${name}`);
    return [
      {
        at: nameAt,
        message: `the action "${action}" of ${type} does not say what happened`,
        help: `make an event of each thing that can happen, such as ${better.join(", ")}`,
      },
    ];
  },
};

const suggestionLimit = 3;

/** Names from the event's own content: the states that it can report, else the fields that it can change. */
function betterActions({ record, key }: LintedEvent, uses: SchemaUses): readonly string[] {
  const states = uses.enums
    .flatMap(({ symbols }) => symbols.map(wordsOf))
    .filter((words) => words.some(isPastForm))
    .map((words) => words.join("_"));
  if (states.length > 0) return [...new Set(states)].slice(0, suggestionLimit);
  const changed = record.fields
    .filter(({ name }) => name !== key)
    .map(({ name }) => wordsOf(name))
    .filter((words) => !["id", "at", "on", "date", "time", "version", "status", "state"].includes(words.at(-1) ?? ""))
    .map((words) => `${words.join("_")}_changed`);
  return changed.length > 0 ? changed.slice(0, suggestionLimit) : ["renamed", "address_changed", "closed"];
}
