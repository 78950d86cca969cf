import { type LintProblem, type LintRule } from "../lint-rule.ts";
import { isPersonal } from "../personal-data.ts";
import { wordsOf } from "../words.ts";

const identifierWords = new Set(
  "code ean gtin guid id identifier iban isbn key no nr number ref reference sku slug ulid uuid".split(" "),
);

/** The key decides which events keep their order: those of one entity should, and no others. */
export const keyIdentifier: LintRule = {
  id: "key-identifier",
  summary: "the partition key is an entity's identifier, and no personal data",
  levels: { recommended: "warn", strict: "error" },
  check({ event }): readonly LintProblem[] {
    if (event === null) return [];
    const { record, key } = event;
    const field = record.fields.find(({ name }) => name === key);
    if (field === undefined) return [];
    if (isPersonal(field, record)) {
      return [
        {
          at: field.at,
          message: `the key "${field.name}" looks like personal data, and Kafka's keys end up in logs, metrics and tools`,
          help: `make the id of the ${event.entity} the key`,
        },
      ];
    }
    const isIdentifier =
      field.type.logicalType?.name === "uuid" || identifierWords.has(wordsOf(field.name).at(-1) ?? "");
    if (isIdentifier && field.type.type !== "enum") return [];
    return [
      {
        at: field.at,
        message: `the key "${field.name}" does not look like the identifier of an entity`,
        help: `a key with few values crowds events onto few partitions: make the id of the ${event.entity} the key`,
      },
    ];
  },
};
