import { Decimal } from "@waybill/events";

/**
 * A decoded value as JSON holds it: instants as ISO 8601, 64-bit integers beyond 2^53 and decimals as text, bytes in
 * base64, what JSON has no number for (NaN, Infinity) as text.
 */
export function eventJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Decimal.is(value)) return value.toString();
  if (Array.isArray(value)) return value.map(eventJson);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, eventJson(item)]));
}
