import type { Decimal } from "../decimal.ts";
import { MAX_NESTING, MAX_ZERO_WIDTH_ITEMS } from "./limits.ts";
import { HIGH, LOW, scratchDoubles, scratchFloats, scratchHalves, scratchLongs, scratchOctets } from "./scratch.ts";
import { fitsDecimal, fitsFixed, fitsFloat, fitsUuid, isBytes, isDate, isPlainObject } from "./value-tests.ts";
import { isUuidCode, UUID_LENGTH } from "./uuid-text.ts";

const INITIAL_BYTES = 16 * 1024;
/** A buffer that one large event has made larger than this is not kept for the next. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** Up to this length a loop over the characters is quicker than a native call. */
const SHORT_STRING = 24;

/**
 * What every `write…` function throws when a value does not fit. It says nothing, and has no stack, as the check on
 * the way is only to be fast: `explain` finds out what is wrong, and only then.
 */
export const INVALID: unique symbol = Symbol("the value does not fit its schema");

/** @throws INVALID always */
export function invalid(): never {
  throw INVALID;
}

/** Where one event's Avro bytes are put together. */
export class AvroOutput {
  /** @internal Not declared to applications, which may do without Node's types. */
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  position = 0;
  nesting = 0;
  zeroWidthItems = 0;

  /** Makes room for that many bytes more. */
  grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.position + more));
    this.bytes.copy(larger, 0, 0, this.position);
    this.bytes = larger;
  }

  /** A copy of what has been written. */
  take(): Uint8Array<ArrayBuffer> {
    // From Node's pool: an ArrayBuffer of its own costs a quarter of encoding an event of 300 bytes.
    const copy = Buffer.allocUnsafe(this.position);
    this.bytes.copy(copy, 0, 0, this.position);
    return copy;
  }
}

/** Outputs at rest. There is one for each level of encoding within encoding: a getter in an event's data may encode. */
const idle: AvroOutput[] = [];

/** Runs `write` on an output of its own. @throws INVALID, and whatever getters in the data throw */
export function collectBytes<Data>(write: (out: AvroOutput, data: Data) => void, data: Data): Uint8Array<ArrayBuffer> {
  const out = idle.pop() ?? new AvroOutput();
  out.position = 0;
  out.nesting = 0;
  out.zeroWidthItems = 0;
  try {
    write(out, data);
    return out.take();
  } finally {
    if (out.bytes.length <= MAX_KEPT_BYTES) idle.push(out);
  }
}

function reserve(out: AvroOutput, more: number): void {
  if (out.bytes.length - out.position < more) out.grow(more);
}

/** A zigzagged number of 32 bits, room being reserved. */
function putVarint(out: AvroOutput, zigzag: number): void {
  const { bytes } = out;
  let position = out.position;
  let rest = zigzag >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes[position++] = (rest & 0x7f) | 0x80;
  bytes[position++] = rest;
  out.position = position;
}

/** A length or count: never negative, so zigzag is a shift. Beyond 2^30 it would need 64 bits. */
function putLength(out: AvroOutput, length: number): void {
  if (length < 64) out.bytes[out.position++] = length << 1;
  else if (length < 0x4000_0000) putVarint(out, length << 1);
  else putHalves(out, length | 0, Math.floor(length / 0x1_0000_0000) | 0);
}

/** A 64-bit number given as two halves of 32 bits. */
function putHalves(out: AvroOutput, low: number, high: number): void {
  const { bytes } = out;
  const sign = high >> 31;
  let zigzagHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  let zigzagLow = ((low << 1) ^ sign) >>> 0;
  let position = out.position;
  while (zigzagHigh !== 0) {
    bytes[position++] = (zigzagLow & 0x7f) | 0x80;
    zigzagLow = ((zigzagLow >>> 7) | (zigzagHigh << 25)) >>> 0;
    zigzagHigh >>>= 7;
  }
  for (; zigzagLow > 0x7f; zigzagLow >>>= 7) bytes[position++] = (zigzagLow & 0x7f) | 0x80;
  bytes[position++] = zigzagLow;
  out.position = position;
}

/** Takes no bytes. @throws INVALID unless the value is null */
export function writeNull(_out: AvroOutput, value: null): void {
  if (value !== null) invalid();
}

/** @throws INVALID unless the value is a boolean */
export function writeBoolean(out: AvroOutput, value: boolean): void {
  if (typeof value !== "boolean") invalid();
  reserve(out, 1);
  out.bytes[out.position++] = value ? 1 : 0;
}

/** @throws INVALID unless the value is an integer of 32 bits */
export function writeInt(out: AvroOutput, value: number): void {
  if (typeof value !== "number" || (value | 0) !== value) invalid();
  reserve(out, 5);
  putVarint(out, (value << 1) ^ (value >> 31));
}

/** @throws INVALID unless the value is a bigint of 64 bits */
export function writeLong(out: AvroOutput, value: bigint): void {
  if (typeof value !== "bigint") invalid();
  scratchLongs[0] = value;
  if (scratchLongs[0] !== value) invalid();
  reserve(out, 10);
  putHalves(out, scratchHalves[LOW]!, scratchHalves[HIGH]!);
}

/** @throws INVALID unless the value is a number that a float can hold, rounded */
export function writeFloat(out: AvroOutput, value: number): void {
  if (!fitsFloat(value)) invalid();
  scratchFloats[0] = value;
  putScratch(out, 4);
}

/** @throws INVALID unless the value is a number */
export function writeDouble(out: AvroOutput, value: number): void {
  if (typeof value !== "number") invalid();
  scratchDoubles[0] = value;
  putScratch(out, 8);
}

function putScratch(out: AvroOutput, size: number): void {
  reserve(out, size);
  const { bytes, position } = out;
  if (LOW === 0) for (let i = 0; i < size; i++) bytes[position + i] = scratchOctets[i]!;
  else for (let i = 0; i < size; i++) bytes[position + i] = scratchOctets[size - 1 - i]!;
  out.position = position + size;
}

/** @throws INVALID unless the value is a string without lone surrogates */
export function writeString(out: AvroOutput, value: string): void {
  if (typeof value !== "string") invalid();
  const { length } = value;
  if (length > SHORT_STRING) return putText(out, value);
  reserve(out, length + 1);
  const { bytes, position } = out;
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 0x7f) return putText(out, value);
    bytes[position + 1 + i] = code;
  }
  bytes[position] = length << 1;
  out.position = position + 1 + length;
}

/** Writes the text where it would stand if it were ASCII, then its length, and moves it when the guess was wrong. */
function putText(out: AvroOutput, value: string): void {
  const { length } = value;
  reserve(out, (length < 4096 ? length * 3 : Buffer.byteLength(value)) + 10);
  const start = out.position;
  const guess = lengthWidth(length);
  const written = out.bytes.write(value, start + guess);
  if (written !== length && !value.isWellFormed()) invalid();
  const width = lengthWidth(written);
  if (width !== guess) out.bytes.copyWithin(start + width, start + guess, start + guess + written);
  putLength(out, written);
  out.position = start + width + written;
}

function lengthWidth(length: number): number {
  if (length < 0x40) return 1;
  if (length < 0x2000) return 2;
  if (length < 0x10_0000) return 3;
  return length < 0x800_0000 ? 4 : 5;
}

/** @throws INVALID unless the value is a UUID's text */
export function writeUuid(out: AvroOutput, value: string): void {
  if (typeof value !== "string" || value.length !== UUID_LENGTH) invalid();
  reserve(out, UUID_LENGTH + 1);
  const { bytes, position } = out;
  bytes[position] = UUID_LENGTH << 1;
  for (let i = 0; i < UUID_LENGTH; i++) {
    const code = value.charCodeAt(i);
    if (!isUuidCode(code, i)) invalid();
    bytes[position + 1 + i] = code;
  }
  out.position = position + 1 + UUID_LENGTH;
}

/** A UUID's text as 16 bytes. @throws INVALID unless the value is a UUID's text */
export function writeFixedUuid(out: AvroOutput, value: string): void {
  if (!fitsUuid(value)) invalid();
  reserve(out, 16);
  out.position += out.bytes.write(value.replaceAll("-", ""), out.position, "hex");
}

/** @throws INVALID unless the value is a Uint8Array */
export function writeBytes(out: AvroOutput, value: Uint8Array): void {
  if (!isBytes(value)) invalid();
  reserve(out, value.length + 10);
  putLength(out, value.length);
  out.bytes.set(value, out.position);
  out.position += value.length;
}

/** @throws INVALID unless the value is a Uint8Array of that size */
export function writeFixed(out: AvroOutput, value: Uint8Array, size: number): void {
  if (!fitsFixed(value, size)) invalid();
  reserve(out, size);
  out.bytes.set(value, out.position);
  out.position += size;
}

/** Milliseconds since 1970. @throws INVALID unless the value is a valid Date */
export function writeTimestampMillis(out: AvroOutput, value: Date): void {
  if (!isDate(value)) invalid();
  const millis = value.getTime();
  if (Number.isNaN(millis)) invalid();
  reserve(out, 10);
  putHalves(out, millis | 0, Math.floor(millis / 0x1_0000_0000) | 0);
}

/** Microseconds since 1970. @throws INVALID unless the value is a valid Date */
export function writeTimestampMicros(out: AvroOutput, value: Date): void {
  if (!isDate(value)) invalid();
  const millis = value.getTime();
  if (Number.isNaN(millis)) invalid();
  writeLong(out, BigInt(millis) * 1000n);
}

/** Big-endian two's complement in as few bytes as can be. @throws INVALID unless the value fits precision and scale */
export function writeDecimal(out: AvroOutput, value: Decimal, precision: number, scale: number): void {
  if (!fitsDecimal(value, precision, scale)) invalid();
  const { unscaled } = value;
  scratchLongs[0] = unscaled;
  const size = scratchLongs[0] === unscaled ? scratchWidth() : bigWidth(unscaled);
  reserve(out, size + 10);
  putLength(out, size);
  putUnscaled(out, unscaled, size);
}

/** As {@link writeDecimal}, in exactly `size` bytes. @throws INVALID unless the value fits precision and scale */
export function writeFixedDecimal(
  out: AvroOutput,
  value: Decimal,
  size: number,
  precision: number,
  scale: number,
): void {
  if (!fitsDecimal(value, precision, scale)) invalid();
  reserve(out, size);
  putUnscaled(out, value.unscaled, size);
}

/** The fewest bytes of the number in the scratch. */
function scratchWidth(): number {
  const low = scratchHalves[LOW]!;
  const high = scratchHalves[HIGH]!;
  const sign = high >> 31;
  const isLowEnough = high === sign && (low ^ sign) >= 0;
  const magnitude = isLowEnough ? low ^ sign : high ^ sign;
  const base = isLowEnough ? 0 : 4;
  if (magnitude < 0x80) return base + 1;
  if (magnitude < 0x8000) return base + 2;
  return magnitude < 0x80_0000 ? base + 3 : base + 4;
}

function bigWidth(value: bigint): number {
  const magnitude = value < 0n ? -value - 1n : value;
  // One bit more than the magnitude's, for the sign. The hexadecimal digits give its bits to within four.
  let bits = magnitude.toString(16).length * 4 - 4;
  while (magnitude >> BigInt(bits) !== 0n) bits++;
  return Math.floor(bits / 8) + 1;
}

function putUnscaled(out: AvroOutput, unscaled: bigint, size: number): void {
  const { bytes } = out;
  const end = out.position + size;
  let position = end;
  let rest = unscaled;
  for (let left = size; left > 0; left -= 4) {
    scratchLongs[0] = BigInt.asIntN(64, rest);
    let low = scratchHalves[LOW]!;
    for (let i = Math.min(4, left); i > 0; i--) {
      bytes[--position] = low;
      low >>= 8;
    }
    if (left > 4) rest >>= 32n;
  }
  out.position = end;
}

/** The index of an enum's symbol. @throws INVALID unless the value is one of the symbols */
export function writeEnum<Symbols extends string>(out: AvroOutput, value: Symbols, symbols: readonly Symbols[]): void {
  const index = symbols.indexOf(value);
  if (index < 0) invalid();
  writeBranch(out, index);
}

/** The index of a union's branch. */
export function writeBranch(out: AvroOutput, index: number): void {
  reserve(out, 5);
  putLength(out, index);
}

/** @returns how many items the caller has to write before {@link writeEnd}. @throws INVALID unless it is an array */
export function writeArrayStart(out: AvroOutput, value: readonly unknown[]): number {
  if (!Array.isArray(value)) invalid();
  const { length } = value;
  reserve(out, 10);
  if (length > 0) putLength(out, length);
  return length;
}

/** As {@link writeArrayStart}, for items that take no bytes. @throws INVALID when there are too many of them */
export function writeZeroWidthStart(out: AvroOutput, value: readonly unknown[]): number {
  const length = writeArrayStart(out, value);
  out.zeroWidthItems += length;
  if (out.zeroWidthItems > MAX_ZERO_WIDTH_ITEMS) invalid();
  return length;
}

/** @returns the keys whose values the caller has to write, each behind its key. @throws INVALID unless it is a map */
export function writeMapStart(out: AvroOutput, value: Readonly<Record<string, unknown>>): string[] {
  if (!isPlainObject(value)) invalid();
  const keys = Object.keys(value);
  reserve(out, 10);
  if (keys.length > 0) putLength(out, keys.length);
  return keys;
}

/** Ends an array or a map. */
export function writeEnd(out: AvroOutput): void {
  reserve(out, 1);
  out.bytes[out.position++] = 0;
}

/** Checks what a record is written from. @throws INVALID unless it is an object */
export function checkRecord(value: object): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) invalid();
}

/** Goes into a record that may hold itself; {@link leaveRecord} goes out. @throws INVALID when it is too deep */
export function enterRecord(out: AvroOutput): void {
  if (++out.nesting > MAX_NESTING) invalid();
}

/** The counterpart of {@link enterRecord}. */
export function leaveRecord(out: AvroOutput): void {
  out.nesting--;
}
