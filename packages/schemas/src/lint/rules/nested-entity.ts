import type { RecordSchema } from "@waybill/avro";
import type { LintProblem, LintRule } from "../lint-rule.ts";
import { wordsOf } from "../words.ts";

/** From so many fields on, a copy is more than the few facts that a consumer needs beside an id. */
const entityFields = 4;

/** A copy of another entity is out of date as soon as that entity changes. */
export const nestedEntity: LintRule = {
  id: "nested-entity",
  summary: "an event refers to other entities by id instead of holding them",
  levels: { recommended: "warn", strict: "error" },
  check({ event, uses, entities }): readonly LintProblem[] {
    return uses.records
      .filter((nested) => nested !== event?.record && nested.fields.length >= entityFields)
      .filter((nested) => entities.has(wordsOf(nested.name).join("_")) || hasOwnId(nested))
      .map((nested) => ({
        at: nested.at,
        message: `${nested.fullName} looks like a whole entity of ${nested.fields.length} fields within the event`,
        help: "carry its id, and of its fields only those that the event is about, as they were when it happened",
      }));
  },
};

function hasOwnId({ name, fields }: RecordSchema): boolean {
  const ownId = [...wordsOf(name), "id"].join("_");
  return fields.some((field) => ["id", "uuid", ownId].includes(wordsOf(field.name).join("_")));
}
