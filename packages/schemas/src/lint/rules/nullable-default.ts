import type { RecordField, UnionSchema } from "@waybill/avro";
import { type LintProblem, type LintRule, type LintSource, quoted, type TextEdit } from "../lint-rule.ts";
import { insertMember, swapNodes } from "../text-edits.ts";

/** With null first and as its default, a field can be added and removed, and builders of every Avro release take it. */
export const nullableDefault: LintRule = {
  id: "nullable-default",
  summary: "a nullable field has null as its first type and its default",
  levels: { recommended: "warn", strict: "error" },
  check({ uses, source }): readonly LintProblem[] {
    return uses.fields.flatMap((use): readonly LintProblem[] => {
      const { field } = use;
      if (field.type.type !== "union" || !field.type.branches.some(({ type }) => type === "null")) return [];
      const faults = faultsOf(field, field.type);
      if (faults.length === 0) return [];
      const fix = fixOf(source, field, field.type);
      return [
        {
          at: field.at,
          message: `the nullable field ${quoted(use)} ${faults.join(" and ")}`,
          help: 'list "null" first and add "default": null, so that versions with and without the field can read each other',
          ...(fix === null ? {} : { fix }),
        },
      ];
    });
  },
};

/** A default that is not null is a choice of its own, and asks for its type to come first. */
function faultsOf(field: RecordField, { branches }: UnionSchema): readonly string[] {
  if (field.default !== null && field.default.value !== null) return [];
  return [
    ...(branches[0]?.type === "null" ? [] : ["does not list null first"]),
    ...(field.default === null ? ["has no default"] : []),
  ];
}

/** Only for unions of two: moving null past several types could put a type's use before its definition. */
function fixOf(source: LintSource, field: RecordField, { branches }: UnionSchema): readonly TextEdit[] | null {
  const object = source.objectAt(field.at.offset);
  const type = object?.members.get("type");
  if (object === undefined || type === undefined || type.kind !== "array") return null;
  const added =
    field.default === null ? [insertMember(source.text, object, type, { key: "default", value: null })] : [];
  if (branches[0]?.type === "null") return added;
  const [first, second, ...more] = type.elements;
  if (first === undefined || second === undefined || more.length > 0) return null;
  return [...swapNodes(source.text, first, second), ...added];
}
