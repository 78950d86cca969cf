import { types } from "node:util";
import { Decimal } from "../decimal.ts";
import { isUuidText } from "./uuid-text.ts";

// `instanceof` first, as it is quick; the second test takes objects of another realm (node:vm, workers, Jest) or of
// another copy of this package.

/** A Date, valid or not. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || types.isDate(value);
}

/** A Uint8Array, which a Buffer is too. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || types.isUint8Array(value);
}

/** A Decimal with exactly this scale and no more digits than the precision. */
export function fitsDecimal(value: unknown, precision: number, scale: number): value is Decimal {
  return isDecimal(value) && value.scale === scale && hasDigits(value.unscaled, precision);
}

/** A Decimal of any scale. */
export function isDecimal(value: unknown): value is Decimal {
  return value instanceof Decimal || Decimal.is(value);
}

const powersOfTen: bigint[] = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

function hasDigits(unscaled: bigint, precision: number): boolean {
  const limit = powersOfTen[precision] ?? 10n ** BigInt(precision);
  return unscaled < limit && -unscaled < limit;
}

/** How many digits a number has, for a message. */
export function countDigits(unscaled: bigint): number {
  return unscaled.toString().replace("-", "").length;
}

/** What Avro calls an int. */
export function fitsInt(value: unknown): value is number {
  return typeof value === "number" && (value | 0) === value;
}

/** A number that a 32-bit float holds without overflow; its last digits may be rounded away. */
export function fitsFloat(value: unknown): value is number {
  return typeof value === "number" && (Number.isFinite(Math.fround(value)) || !Number.isFinite(value));
}

/** A number that a 32-bit float holds exactly: how a union of float and double chooses. */
export function isExactFloat(value: unknown): value is number {
  return typeof value === "number" && Object.is(Math.fround(value), value);
}

/** What Avro calls a long, when it is not a timestamp. */
export function fitsLong(value: unknown): value is bigint {
  return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
}

/** Text that UTF-8 can carry: without lone surrogates, which would come back as another text. */
export function fitsString(value: unknown): value is string {
  return typeof value === "string" && value.isWellFormed();
}

/** A UUID's text in the form of RFC 9562, of any version, in upper or lower case. */
export function fitsUuid(value: unknown): value is string {
  return typeof value === "string" && isUuidText(value);
}

/** Bytes of exactly this length. */
export function fitsFixed(value: unknown, size: number): value is Uint8Array {
  return isBytes(value) && value.length === size;
}

/** A valid Date. */
export function fitsDate(value: unknown): value is Date {
  return isDate(value) && !Number.isNaN(value.getTime());
}

/**
 * An object whose own keys are all that it holds: what a map is written from. A Map, an array, a Date or an instance
 * of a class would be written without its content.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** What a record is read from: any object that is not an array. */
export function isRecordObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Array.isArray, for arrays that are read-only by their type. */
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** One of an enum's symbols. */
export function isSymbol<Symbols extends string>(value: unknown, symbols: readonly Symbols[]): value is Symbols {
  return (symbols as readonly unknown[]).includes(value);
}

/** A record of a union, told by its `$type`. */
export function hasTag<Tag extends string>(value: unknown, tag: Tag): value is { readonly $type: Tag } {
  return isRecordObject(value) && value.$type === tag;
}

/**
 * A field's value. A record's field may be called `__proto__`; reading that from an object that has no such field
 * would give its prototype.
 */
export function fieldValue(object: object, name: string): unknown {
  if (name === "__proto__" && !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name];
}

/** Sets an own property of any name; assigning to `__proto__` would set the prototype. */
export function putOwn<Value>(object: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
}

/** How a message calls a value: by its type alone, as what it holds may be confidential. */
export function describeValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isBytes(value)) return `Uint8Array of ${value.length} bytes`;
  if (isDate(value)) return Number.isNaN(value.getTime()) ? "invalid Date" : "Date";
  if (isDecimal(value)) return `Decimal of scale ${value.scale}`;
  return typeof value;
}
