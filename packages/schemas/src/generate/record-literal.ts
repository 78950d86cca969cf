import type { Field, RecordType } from "@waybill/events/codegen/model";
import { quote } from "./source-text.ts";

/** The lines of an object literal with a record's fields in the schema's order, in which JavaScript evaluates them. */
export function recordLiteral(
  { tag, fields }: RecordType,
  expressionOf: (field: Field, index: number) => string,
): string[] {
  const properties = [
    ...(tag === null ? [] : [`$type: ${quote(tag)}`]),
    ...fields.map((field, i) => `${propertyKey(field.name)}: ${expressionOf(field, i)}`),
  ];
  return properties.length === 0 ? ["{}"] : ["{", ...properties.map((property) => `  ${property},`), "}"];
}

/** The key of a property in an object literal. */
export function propertyKey(name: string): string {
  // A plain `__proto__:` would set the prototype, also in quotes.
  if (name === "__proto__") return '["__proto__"]';
  return name.includes(".") ? quote(name) : name;
}

/** `head` before the first line, a semicolon behind the last. */
export function terminated(head: string, lines: readonly string[]): string[] {
  return lines.map((line, i) => `${i === 0 ? head : ""}${line}${i === lines.length - 1 ? ";" : ""}`);
}
