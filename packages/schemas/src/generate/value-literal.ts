import { Decimal } from "@waybill/events";
import { BrandedText } from "./branded-value.ts";
import { LINE_WIDTH, quote } from "./source-text.ts";

/** A value of an event as a TypeScript expression; below its first line it is indented by `indent`. */
export function literalOf(value: unknown, indent: string): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
    case "boolean":
      return String(value);
    case "string":
      return quote(value);
    case "object":
      return value === null ? "null" : objectLiteral(value, indent);
    default:
      throw new TypeError(`a sampled value cannot be ${typeof value}`);
  }
}

/** The properties of an object literal whose lines stand at `indent`, without commas. */
export function propertiesOf(value: object, indent: string): string[] {
  // A plain `__proto__:` would set the prototype.
  return Object.entries(value).map(([name, member]) => {
    return `${name === "__proto__" ? '["__proto__"]' : name}: ${literalOf(member, indent)}`;
  });
}

function objectLiteral(value: object, indent: string): string {
  if (value instanceof Date) return `new Date("${value.toISOString()}")`;
  if (value instanceof Uint8Array) return `Uint8Array.of(${value.join(", ")})`;
  if (Decimal.is(value)) return `new Decimal(${value.unscaled}n, ${value.scale})`;
  if (value instanceof BrandedText) return `${value.brand}(${quote(value.text)})`;
  const deeper = `${indent}  `;
  if (Array.isArray(value))
    return joined(
      "[",
      value.map((item: unknown) => literalOf(item, deeper)),
      "]",
      indent,
    );
  return joined("{", propertiesOf(value, deeper), "}", indent);
}

/** On one line if they fit, and else one part a line. */
function joined(head: string, parts: readonly string[], tail: string, indent: string): string {
  if (parts.length === 0) return head + tail;
  const space = head === "{" ? " " : "";
  const line = `${head}${space}${parts.join(", ")}${space}${tail}`;
  // Half of the width is left to the property's name.
  if (!line.includes("\n") && line.length + indent.length <= LINE_WIDTH / 2) return line;
  return `${head}\n${parts.map((part) => `${indent}  ${part},\n`).join("")}${indent}${tail}`;
}
