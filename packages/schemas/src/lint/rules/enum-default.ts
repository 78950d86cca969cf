import type { EnumSchema } from "@waybill/avro";
import type { LintProblem, LintRule, LintSource, TextEdit } from "../lint-rule.ts";
import { insertMember } from "../text-edits.ts";

/** Symbols that stand for what the reader does not know. */
const fallbackSymbols = ["UNKNOWN", "UNSPECIFIED", "UNRECOGNIZED", "unknown", "unspecified", "Unknown", "Unspecified"];

/** Without a default, a reader fails on the first symbol that it does not know. */
export const enumDefault: LintRule = {
  id: "enum-default",
  summary: "an enum has a default symbol for those that a reader does not know",
  levels: { recommended: "warn", strict: "error" },
  check({ uses, source }): readonly LintProblem[] {
    return uses.enums
      .filter((schema) => schema.default === null)
      .map((schema) => {
        const symbol = fallbackSymbols.find((known) => schema.symbols.includes(known));
        const fix = symbol === undefined ? null : fixOf(source, schema, symbol);
        return {
          at: schema.at,
          message: `the enum ${schema.fullName} has no default: a reader that lacks a new symbol fails on the event`,
          help:
            symbol === undefined
              ? 'add a symbol UNKNOWN and "default": "UNKNOWN"'
              : `add "default": "${symbol}", which stands for symbols that the reader does not know`,
          ...(fix === null ? {} : { fix }),
        };
      });
  },
};

function fixOf(source: LintSource, { at }: EnumSchema, symbol: string): readonly TextEdit[] | null {
  const object = source.objectAt(at.offset);
  const symbols = object?.members.get("symbols");
  if (object === undefined || symbols === undefined) return null;
  return [insertMember(source.text, object, symbols, { key: "default", value: symbol })];
}
