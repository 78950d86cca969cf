import { EncodeError } from "./errors.ts";

/**
 * A key field's value as the partition key: text as it is, numbers in decimal notation, null as null.
 *
 * @throws EncodeError for values of other types, which have no one text
 */
export function keyText(value: unknown): string | null {
  if (typeof value === "string" || value === null) return value;
  if (typeof value === "number" || typeof value === "bigint") return value.toString();
  throw new EncodeError("the event's key", [{ path: "", message: `expected text or a number, got ${typeof value}` }]);
}
