import { DecodeError } from "./errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Headers exactly as a record of a Kafka batch (magic 2) holds them: their count, then for each the length and bytes
 * of its name and of its value, all lengths zigzag varints. The outbox stores this form, so that the relay can copy it.
 * Source: Kafka protocol guide, "Record Header".
 */
export function encodeRecordHeaders(
  headers: readonly (readonly [name: string, value: string])[],
): Uint8Array<ArrayBuffer> {
  return encodeAscii(headers) ?? encodeAny(headers);
}

/**
 * Headers are ASCII nearly always, and short: written character by character they take a tenth of the time that a call of
 * TextEncoder for each text takes. Null when one is not ASCII.
 */
function encodeAscii(headers: readonly (readonly [name: string, value: string])[]): Uint8Array<ArrayBuffer> | null {
  let length = varintLength(headers.length);
  for (const [name, value] of headers) {
    length += varintLength(name.length) + name.length + varintLength(value.length) + value.length;
  }
  const bytes = new Uint8Array(length);
  let position = writeVarint(bytes, 0, headers.length);
  for (const [name, value] of headers) {
    position = writeAscii(bytes, writeVarint(bytes, position, name.length), name);
    if (position < 0) return null;
    position = writeAscii(bytes, writeVarint(bytes, position, value.length), value);
    if (position < 0) return null;
  }
  return bytes;
}

/** The position after the text, or -1 when it is not ASCII. */
function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return -1;
    bytes[at + i] = code;
  }
  return at + text.length;
}

function encodeAny(headers: readonly (readonly [name: string, value: string])[]): Uint8Array<ArrayBuffer> {
  const parts = headers.flat().map((text) => encoder.encode(text));
  const bytes = new Uint8Array(
    parts.reduce((sum, part) => sum + varintLength(part.length) + part.length, varintLength(headers.length)),
  );
  let position = writeVarint(bytes, 0, headers.length);
  for (const part of parts) {
    position = writeVarint(bytes, position, part.length);
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

/** The inverse of {@link encodeRecordHeaders}. Values are views. A null value reads as empty. @throws DecodeError */
export function decodeRecordHeaders(bytes: Uint8Array): [name: string, value: Uint8Array][] {
  const cursor = { bytes, position: 0 };
  const count = readLength(cursor, 0);
  const headers: [string, Uint8Array][] = [];
  for (let i = 0; i < count; i++) headers.push([readName(cursor), readChunk(cursor)]);
  if (cursor.position !== bytes.length) {
    throw new DecodeError(`record headers end at byte ${cursor.position} of ${bytes.length}`);
  }
  return headers;
}

interface Cursor {
  readonly bytes: Uint8Array;
  position: number;
}

function readName(cursor: Cursor): string {
  const at = cursor.position;
  try {
    return decoder.decode(readChunk(cursor));
  } catch (error) {
    if (DecodeError.is(error)) throw error;
    throw new DecodeError(`the record header's name at byte ${at} is not UTF-8`, { cause: error });
  }
}

function readChunk(cursor: Cursor): Uint8Array {
  const length = Math.max(0, readLength(cursor, -1)); // -1 is Kafka's null
  const start = cursor.position;
  if (start + length > cursor.bytes.length) throw new DecodeError(`record headers are cut short at byte ${start}`);
  cursor.position = start + length;
  return cursor.bytes.subarray(start, cursor.position);
}

function readLength(cursor: Cursor, lowest: number): number {
  const at = cursor.position;
  const length = readVarint(cursor);
  if (length < lowest) throw new DecodeError(`record headers hold the length ${length} at byte ${at}`);
  return length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value << 1; rest > 0x7f; rest >>>= 7) length++;
  return length;
}

/** Lengths are never negative here, so zigzag is a shift. */
function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let position = at;
  let rest = value << 1;
  for (; rest > 0x7f; rest >>>= 7) bytes[position++] = (rest & 0x7f) | 0x80;
  bytes[position++] = rest;
  return position;
}

function readVarint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = cursor.bytes[cursor.position++];
    if (byte === undefined) throw new DecodeError(`record headers are cut short at byte ${cursor.position - 1}`);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  throw new DecodeError(`record headers hold a length of more than 5 bytes at byte ${cursor.position}`);
}
