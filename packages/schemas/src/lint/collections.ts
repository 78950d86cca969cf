import type { FieldUse } from "./schema-uses.ts";

/** Whether a field holds any number of values. */
export function isCollection({ type }: FieldUse): boolean {
  return type.type === "array" || type.type === "map";
}

/** Whether a field's doc tells how many values it holds at the most. */
export function statesLimit({ field }: FieldUse): boolean {
  return /\b(?:at (?:the )?most|up to|no more than|not more than|maximum|max\.?|limited to|one for each)\b/i.test(
    field.doc ?? "",
  );
}
