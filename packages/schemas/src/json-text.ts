import { types } from "node:util";
import { Decimal } from "@waybill/events";

/**
 * JSON of an event's data, or of plain data, on one line. A bigint is an integer with all its digits, a Date its
 * ISO 8601 text, a Decimal its plain notation as a string, bytes are base64; NaN and the infinities, which JSON lacks,
 * are strings.
 */
export function jsonText(value: unknown): string {
  return write(value, null);
}

/** The same on several lines, for people. */
export function indentedJson(value: unknown): string {
  return write(value, "");
}

/** @param indent what stands before the line, or null for one line */
function write(value: unknown, indent: string | null): string {
  if (Array.isArray(value))
    return writeList(
      "[",
      value.map((item) => write(item, deeper(indent))),
      "]",
      indent,
    );
  const scalar = scalarText(value);
  if (scalar !== null) return scalar;
  const colon = indent === null ? ":" : ": ";
  const members = Object.entries(value as object)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}${colon}${write(member, deeper(indent))}`);
  return writeList("{", members, "}", indent);
}

function deeper(indent: string | null): string | null {
  return indent === null ? null : `${indent}  `;
}

function writeList(open: string, parts: readonly string[], close: string, indent: string | null): string {
  if (parts.length === 0 || indent === null) return `${open}${parts.join(",")}${close}`;
  return `${open}\n${parts.map((part) => `${indent}  ${part}`).join(",\n")}\n${indent}${close}`;
}

/** What is no object in JSON; null for what is. Type tests that hold for values of another realm. */
function scalarText(value: unknown): string | null {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) return `"${value}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (types.isDate(value)) return JSON.stringify(value.toISOString());
  if (Decimal.is(value)) return JSON.stringify(value.toString());
  if (types.isUint8Array(value)) return `"${Buffer.from(value).toString("base64")}"`;
  return null;
}
