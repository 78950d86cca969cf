import { type SourcePosition } from "@waybill/avro";
import { type LintProblem, type LintRule, quoted } from "../lint-rule.ts";

/** Events are read by teams that have never met their writers. */
export const docRequired: LintRule = {
  id: "doc-required",
  summary: "every record, field and enum has a doc",
  levels: { recommended: "warn", strict: "error" },
  check({ uses }): readonly LintProblem[] {
    const types = [...uses.records, ...uses.enums]
      .filter(({ doc }) => isBlank(doc))
      .map((type) => problem(type.at, `the ${type.type} ${type.fullName} has no doc`));
    const fields = uses.fields
      .filter(({ field }) => isBlank(field.doc))
      .map((use) => problem(use.field.at, `the field ${quoted(use)} has no doc`));
    return [...types, ...fields];
  },
};

function isBlank(doc: string | null): boolean {
  return doc === null || doc.trim() === "";
}

function problem(at: SourcePosition, message: string): LintProblem {
  return { at, message, help: 'add "doc": what it means, in which unit, and when it is null or empty' };
}
