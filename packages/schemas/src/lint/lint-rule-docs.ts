import type { LintRule } from "./lint-rule.ts";
import { lintRules } from "./lint-rules.ts";
import type { LintRuleId } from "./rule-ids.ts";

/** What the table of rules in the README does not say; a rule's own module has the rest. */
interface LintRuleDoc {
  /** Why what it asks for is worth it. */
  readonly why: string;
  /** What to do about a finding. */
  readonly fix: string;
  /** Whether `schemas lint --fix` can mend some of it. */
  readonly isFixable?: true;
}

/** The documentation of each rule of `schemas lint`. */
export const lintRuleDocs: Readonly<Record<LintRuleId, LintRuleDoc>> = {
  "past-tense": {
    why: "An event says what has happened, and nobody can refuse it any more. A name in another tense reads as a command, and consumers wonder whether it was carried out.",
    fix: "name the action in the past tense, such as `order.placed` for `order.place`; an event that is released already gets a successor of the new name",
  },
  "vague-action": {
    why: "Consumers of `order.updated` must compare old and new fields to find out what happened, each in its own way, and all of them wake for every change.",
    fix: "make an event of each thing that can happen, such as `order.address_corrected` and `order.cancelled`",
  },
  "doc-required": {
    why: "The schema is all that a consumer of another team has. What a field means, in which unit, and when it is null or empty, is in nobody's code but the producer's.",
    fix: "add a `doc` that says what it means; for a released version, write it into the next one",
  },
  "timestamp-type": {
    why: "A plain long may count seconds or milliseconds, and a string may be of any zone and form. Every consumer guesses, and one guesses wrong. A logical type also gives generated code a Date.",
    fix: 'type it `{ "type": "long", "logicalType": "timestamp-millis" }`, or `date` for a day',
  },
  "money-float": {
    why: "Floating point cannot hold 0.10 exactly. Sums drift by cents, and totals no longer equal their parts.",
    fix: 'type it `{ "type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2 }`, with the precision and scale that its currencies need',
  },
  "money-type": {
    why: "A plain number does not say whether it counts euros or cents. Consumers are wrong by a factor of a hundred, and no error tells it.",
    fix: "type it as a decimal, or name its unit, as in `priceCents`",
  },
  "nullable-default": {
    why: "A field with null as its default can be added, and left out by later versions, without a break. Tools that know Avro before 1.12 take a union's default for a value of its first type alone.",
    fix: 'write `"type": ["null", …]` and `"default": null`',
    isFixable: true,
  },
  "enum-default": {
    why: "A reader that meets a symbol it does not know fails, unless its schema has a default symbol. Without one no symbol can ever be added without upgrading all consumers first.",
    fix: "add a symbol such as UNKNOWN and make it the enum's `default`",
    isFixable: true,
  },
  "key-identifier": {
    why: "The key is what keeps events of one thing in order, and it is copied into indexes, logs and compacted topics, from which personal data is hard to erase. An e-mail address or a name also changes, and with it the partition.",
    fix: "mark the id of the entity as the key",
  },
  "personal-data": {
    why: "Topics are copied and kept for long, and whoever must erase or protect the data of a person has to know where it is.",
    fix: 'say it in the doc, as in "Personal data: where the invoice goes.", or leave the field out and refer to the person by id',
  },
  "event-size": {
    why: "An event is stored, copied to every replica, and sent to every consumer group. Large ones mostly hold a whole entity of which consumers need an id.",
    fix: "carry ids and what has changed, and let consumers that need more ask for it",
  },
  "nested-entity": {
    why: "A copy of another entity is out of date as soon as that one changes, and its every field becomes part of this event's contract.",
    fix: "refer to the other entity by its id, with the few fields that belong to the moment, such as the price at which it was bought",
  },
  "unbounded-array": {
    why: "A list that grows with the entity's life makes each event larger than the one before, until one is over the broker's limit and stops the topic.",
    fix: "carry what was added, or state a limit in the doc, as in “at most 100”",
  },
  "array-limit": {
    why: "Consumers size their tables and memory by the largest event that they may get.",
    fix: "state the limit in the doc, as in “at most 100”",
  },
  suppression: {
    why: "A suppression without a reason cannot be judged by the next person, and one that silences nothing hides the next finding.",
    fix: "give the rule's name and the reason, and remove what is no longer needed",
  },
};

/** Everything that the pages and reports say of a rule. */
export function describeLintRule(id: LintRuleId): LintRuleDoc & Pick<LintRule, "levels" | "summary"> {
  const rule = lintRules.find((known) => known.id === id);
  if (rule === undefined) throw new Error(`the rule ${id} has no module`);
  return { ...lintRuleDocs[id], levels: rule.levels, summary: rule.summary };
}

/** The page of a rule, in Markdown. */
export function formatLintRulePage(id: LintRuleId): string {
  const { why, fix, levels, summary, isFixable } = describeLintRule(id);
  const mended = isFixable === true ? " `schemas lint --fix` mends it where no decision is needed." : "";
  return `# ${id}

A rule of \`schemas lint\`. Level: ${levels.recommended} in the preset \`recommended\`, ${levels.strict} in \`strict\`

It asks that ${summary}.

## Why

${why}

## What to do

${fix.charAt(0).toUpperCase()}${fix.slice(1)}.${mended}

## Exceptions

Set its level for the tree, or for the files of some folders, in \`schemas.config.json\`:

\`\`\`json
{
  "lint": {
    "rules": { "${id}": "warn" },
    "overrides": [{ "files": ["legacy/**"], "rules": { "${id}": "off" } }]
  }
}
\`\`\`
${id === "suppression" ? "" : silenceSection(id)}`;
}

function silenceSection(id: LintRuleId): string {
  return `
One finding is silenced where it is, with the reason, on a field, record or type of the schema:

\`\`\`json
{ "waybill.lint": { "${id}": "why it is right here" } }
\`\`\`
`;
}
