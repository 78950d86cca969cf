import type { Schema } from "@waybill/avro";
import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";
import { isPastForm } from "../verbs.ts";
import { singularOf, wordsOf } from "../words.ts";

/** A bare number or string leaves its unit and time zone to be guessed; a logical type makes a Date of it. */
export const timestampType: LintRule = {
  id: "timestamp-type",
  summary: "fields named as instants and dates have a logical type",
  levels: { recommended: "error", strict: "error" },
  check({ uses }): readonly LintProblem[] {
    return uses.fields.flatMap((use) => {
      const kind = temporalKindOf(use.field.name);
      if (kind === null || !isBare(use.element)) return [];
      return [
        {
          at: use.field.typeAt,
          message: `${quoted(use)} is named as ${kind.noun} and is a plain ${use.element.type}`,
          help: `type it ${kind.type}`,
        },
      ];
    });
  },
};

const instant = { noun: "an instant", type: '{ "type": "long", "logicalType": "timestamp-millis" }' };
const date = { noun: "a date", type: '{ "type": "int", "logicalType": "date" }' };

const units = new Set("epoch micros millis ms nanos sec seconds secs utc".split(" "));
const instantWords = new Set(["at", "datetime", "expires", "expiry", "instant", "timestamp", "ts", "until"]);
const dateWords = new Set(["birthday", "birthdate", "date", "dob"]);
/** What is done on a ground, not on a day. */
const grounds = new Set(
  "agreed based built called charged depended focused hosted logged put relied run set".split(" "),
);
/** `startTime` is an instant, `leadTime` a duration. */
const timedWords = new Set("begin created creation end event finish start updated".split(" "));

function temporalKindOf(name: string): typeof instant | null {
  const words = wordsOf(name);
  const index = words.findLastIndex((word) => !units.has(word));
  const [before, word] = [words[index - 1] ?? "", words[index] ?? ""];
  const last = singularOf(word);
  // `sentOn` says when; `basedOn` and `dependsOn` do not.
  if (word === "on" && (before === "due" || (isPastForm(before) && !grounds.has(before)))) return date;
  if (instantWords.has(word) || instantWords.has(last) || (last === "time" && timedWords.has(before))) return instant;
  return dateWords.has(last) ? date : null;
}

function isBare({ type, logicalType }: Schema): boolean {
  return logicalType === null && ["int", "long", "float", "double", "string"].includes(type);
}
