// By import, as V8 has to look a global up each time.
import { Buffer, isUtf8 } from "node:buffer";
import { Decimal } from "../decimal.ts";
import { DecodeError } from "../errors.ts";
import { isAscii } from "./ascii.ts";
import { MAX_NESTING, MAX_ZERO_WIDTH_ITEMS } from "./limits.ts";
import { HIGH, LOW, scratchDoubles, scratchFloats, scratchHalves, scratchLongs, scratchOctets } from "./scratch.ts";

/** Up to this length a loop that finds a string to be ASCII is quicker than a native call. */
const SHORT_STRING = 100;
/** Up to this length the whole message is made a string once, and short ASCII strings are cut from it. */
const MAX_TEXT_BYTES = 4096;
/** The last millisecond of JavaScript's Date, before and after 1970. */
const MAX_DATE_MS = 8_640_000_000_000_000;

/** One message's Avro bytes, and how far they have been read. */
export class AvroInput {
  /** @internal Not declared to applications, which may do without Node's types. */
  readonly bytes: Buffer;
  readonly end: number;
  /** Full name of the record being read, for messages. */
  readonly recordName: string;
  position = 0;
  nesting = 0;
  zeroWidthItems = 0;
  /** The whole message in Latin-1, made when the first short string is read. */
  text: string | null = null;
  /** What the bytes lie in, from its very beginning; found when the first string is read. */
  memory: DataView<ArrayBufferLike> | null = null;

  constructor(bytes: Uint8Array, recordName: string) {
    this.bytes = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.end = bytes.length;
    this.recordName = recordName;
  }
}

/** @throws DecodeError also when bytes are left over */
export function readWhole<Data>(read: (input: AvroInput) => Data, bytes: Uint8Array, recordName: string): Data {
  const input = new AvroInput(bytes, recordName);
  const data = read(input);
  if (input.position !== input.end) unreadable(input, "the event ends before the bytes do");
  return data;
}

/** @throws DecodeError always, naming record and position */
export function unreadable(input: AvroInput, reason: string): never {
  const position = Math.min(input.position, input.end);
  throw new DecodeError(`cannot read ${input.recordName} at byte ${position} of ${input.end}: ${reason}`, { position });
}

function cutShort(input: AvroInput): never {
  unreadable(input, "the bytes end inside a value");
}

/** Moves on by that many bytes. @returns where they begin */
function advance(input: AvroInput, size: number): number {
  const start = input.position;
  if (size > input.end - start) cutShort(input);
  input.position = start + size;
  return start;
}

/** Takes no bytes. */
export function readNull(_input: AvroInput): null {
  return null;
}

/** @throws DecodeError when the byte is neither 0 nor 1 */
export function readBoolean(input: AvroInput): boolean {
  const byte = input.bytes[advance(input, 1)]!;
  if (byte > 1) unreadable(input, "a boolean is neither 0 nor 1");
  return byte === 1;
}

/** @throws DecodeError when the number has more than 32 bits */
export function readInt(input: AvroInput): number {
  const { position } = input;
  if (position >= input.end) cutShort(input);
  const byte = input.bytes[position]!;
  if (byte > 0x7f) return readLongerInt(input);
  input.position = position + 1;
  return (byte >>> 1) ^ -(byte & 1);
}

function readLongerInt(input: AvroInput): number {
  const { bytes, end } = input;
  let position = input.position;
  let zigzag = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (position >= end) cutShort(input);
    const byte = bytes[position++]!;
    if (shift === 28 && byte > 0x0f) break;
    zigzag |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      input.position = position;
      return (zigzag >>> 1) ^ -(zigzag & 1);
    }
  }
  return unreadable(input, "an int has more than 32 bits");
}

/** @throws DecodeError when the number has more than 64 bits */
export function readLong(input: AvroInput): bigint {
  const byte = input.bytes[input.position];
  if (byte !== undefined && byte < 0x80 && input.position < input.end) {
    input.position++;
    return BigInt((byte >>> 1) ^ -(byte & 1));
  }
  readHalves(input);
  return scratchLongs[0]!;
}

/** Reads 64 bits into the scratch. */
function readHalves(input: AvroInput): void {
  const { bytes, end } = input;
  let position = input.position;
  let low = 0;
  let high = 0;
  for (let shift = 0; ; shift += 7) {
    if (position >= end) cutShort(input);
    const byte = bytes[position++]!;
    const bits = byte & 0x7f;
    if (shift < 28) low |= bits << shift;
    else if (shift === 28) {
      low |= bits << 28;
      high = bits >> 4;
    } else high |= bits << (shift - 32);
    if (shift === 63 && byte > 1) unreadable(input, "a long has more than 64 bits");
    if (byte < 0x80) break;
  }
  input.position = position;
  const sign = -(low & 1);
  scratchHalves[LOW] = ((low >>> 1) | (high << 31)) ^ sign;
  scratchHalves[HIGH] = (high >>> 1) ^ sign;
}

/** Four bytes, little-endian. */
export function readFloat(input: AvroInput): number {
  loadScratch(input, 4);
  return scratchFloats[0]!;
}

/** Eight bytes, little-endian. */
export function readDouble(input: AvroInput): number {
  loadScratch(input, 8);
  return scratchDoubles[0]!;
}

function loadScratch(input: AvroInput, size: number): void {
  const start = advance(input, size);
  const { bytes } = input;
  if (LOW === 0) for (let i = 0; i < size; i++) scratchOctets[i] = bytes[start + i]!;
  else for (let i = 0; i < size; i++) scratchOctets[size - 1 - i] = bytes[start + i]!;
}

/** Moves over a length and what it counts. @returns where the content begins; it ends at the position */
export function advanceOverSized(input: AvroInput): number {
  const at = input.position;
  const length = readInt(input);
  if (length < 0) {
    input.position = at;
    unreadable(input, "a length is negative");
  }
  return advance(input, length);
}

/** @throws DecodeError when the bytes are not UTF-8 */
export function readString(input: AvroInput): string {
  const start = advanceOverSized(input);
  return stringBetween(input, start, input.position);
}

/** The text between two positions. @throws DecodeError when the bytes are not UTF-8 */
export function stringBetween(input: AvroInput, start: number, end: number): string {
  if (end - start > SHORT_STRING || !isAscii(input, start, end)) return readText(input, start, end);
  if (input.end > MAX_TEXT_BYTES) return input.bytes.toString("latin1", start, end);
  input.text ??= input.bytes.toString("latin1", 0, input.end);
  return input.text.substring(start, end);
}

function readText(input: AvroInput, start: number, end: number): string {
  const text = input.bytes.toString("utf8", start, end);
  // The replacement character may be the writer's own, or stand where bytes are no UTF-8.
  if (text.includes("\uFFFD") && !isUtf8(input.bytes.subarray(start, end))) {
    input.position = start;
    unreadable(input, "a string is not UTF-8");
  }
  return text;
}

/** A copy, so that what is kept of an event does not keep the message. */
export function readBytes(input: AvroInput): Uint8Array<ArrayBuffer> {
  const start = advanceOverSized(input);
  return copyOf(input, start, input.position);
}

/** A copy of that many bytes. */
export function readFixed(input: AvroInput, size: number): Uint8Array<ArrayBuffer> {
  const start = advance(input, size);
  return copyOf(input, start, input.position);
}

function copyOf(input: AvroInput, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(input.bytes.subarray(start, end));
  return copy;
}

/** 16 bytes as a UUID's text. */
export function readFixedUuid(input: AvroInput): string {
  const start = advance(input, 16);
  const hex = input.bytes.toString("hex", start, start + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** @throws DecodeError when the instant lies beyond what a Date can hold */
export function readTimestampMillis(input: AvroInput): Date {
  const at = input.position;
  readHalves(input);
  return dateOf(input, at, scratchHalves[HIGH]! * 0x1_0000_0000 + (scratchHalves[LOW]! >>> 0));
}

/** Rounded down to milliseconds, as a Date holds no more. @throws DecodeError as {@link readTimestampMillis} */
export function readTimestampMicros(input: AvroInput): Date {
  const at = input.position;
  const micros = readLong(input);
  const isBelow = micros % 1000n < 0n;
  return dateOf(input, at, Number(micros / 1000n - (isBelow ? 1n : 0n)));
}

/** @throws DecodeError when the instant, read at byte `at`, lies beyond what a Date can hold */
export function dateOf(input: AvroInput, at: number, millis: number): Date {
  if (millis > MAX_DATE_MS || millis < -MAX_DATE_MS) {
    input.position = at;
    unreadable(input, "a timestamp lies beyond what a Date can hold");
  }
  return new Date(millis);
}

/** Big-endian two's complement behind its length. */
export function readDecimal(input: AvroInput, scale: number): Decimal {
  const start = advanceOverSized(input);
  return new Decimal(unscaledOf(input.bytes, start, input.position), scale);
}

/** Big-endian two's complement in `size` bytes. */
export function readFixedDecimal(input: AvroInput, size: number, scale: number): Decimal {
  const start = advance(input, size);
  return new Decimal(unscaledOf(input.bytes, start, start + size), scale);
}

/** The number that is written between two positions; 0 when they are the same. */
export function unscaledOf(bytes: Uint8Array, start: number, end: number): bigint {
  const size = end - start;
  if (size === 0) return 0n;
  if (size > 8) return bigUnscaledOf(bytes, start, end);
  const sign = (bytes[start]! << 24) >> 31;
  let low = sign;
  let high = sign;
  for (let i = start; i < end; i++) {
    high = (high << 8) | (low >>> 24);
    low = (low << 8) | bytes[i]!;
  }
  if (size <= 4) return BigInt(low);
  scratchHalves[LOW] = low;
  scratchHalves[HIGH] = high;
  return scratchLongs[0]!;
}

/** By way of hexadecimal text, which is linear in the size where shifting would be quadratic. */
function bigUnscaledOf(bytes: Uint8Array, start: number, end: number): bigint {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("hex");
  return BigInt.asIntN((end - start) * 8, BigInt(`0x${hex}`));
}

/** @throws DecodeError when the index is not a symbol's */
export function readEnum<Symbols extends string>(input: AvroInput, symbols: readonly Symbols[]): Symbols {
  const at = input.position;
  const symbol = symbols[readInt(input)];
  if (symbol !== undefined) return symbol;
  input.position = at;
  return unreadable(input, "an enum's index is beyond its symbols");
}

/** The index of a union's branch. @throws DecodeError when it is not below the count */
export function readBranch(input: AvroInput, count: number): number {
  const at = input.position;
  const index = readInt(input);
  if (index >= 0 && index < count) return index;
  input.position = at;
  return unreadable(input, "a union's index is beyond its branches");
}

/** How many items the next block of an array or a map has; 0 ends it. @throws DecodeError when they cannot all be there */
export function readCount(input: AvroInput): number {
  const at = input.position;
  const count = readBlockCount(input);
  if (count <= input.end - input.position) return count;
  input.position = at;
  return unreadable(input, "an array or map counts more items than there are bytes");
}

/** As {@link readCount}, for items that take no bytes. */
export function readZeroWidthCount(input: AvroInput): number {
  const at = input.position;
  const count = readBlockCount(input);
  input.zeroWidthItems += count;
  if (input.zeroWidthItems <= MAX_ZERO_WIDTH_ITEMS) return count;
  input.position = at;
  return unreadable(input, `there are more than ${MAX_ZERO_WIDTH_ITEMS} array items that take no bytes`);
}

/** A negative count is followed by the block's size in bytes, with which a reader could skip it. */
function readBlockCount(input: AvroInput): number {
  const byte = input.bytes[input.position];
  // Nearly all counts are one byte and not negative: they need no bigint.
  if (byte !== undefined && (byte & 0x81) === 0 && input.position < input.end) {
    input.position++;
    return byte >>> 1;
  }
  const count = Number(readLong(input));
  if (count >= 0) return count;
  readLong(input);
  return -count;
}

/** Goes into a record that may hold itself; {@link leaveRecordRead} goes out. @throws DecodeError when it is too deep */
export function enterRecordRead(input: AvroInput): void {
  if (++input.nesting > MAX_NESTING) unreadable(input, `records are nested deeper than ${MAX_NESTING} levels`);
}

/** The counterpart of {@link enterRecordRead}. */
export function leaveRecordRead(input: AvroInput): void {
  input.nesting--;
}

/** Moves over a string or bytes. */
export function skipSized(input: AvroInput): void {
  advanceOverSized(input);
}

/** Moves over that many bytes. */
export function skipBytes(input: AvroInput, size: number): void {
  advance(input, size);
}
