/*
 * Record => length(varint) attributes(int8) timestamp_delta(varint) offset_delta(varint)
 *           key_length(varint, -1: null) key value_length(varint) value [headers]
 *
 * Attributes and timestamp delta are 0: a batch's records share its timestamp. What follows the offset delta is called
 * the rest: it stays as it is when a record moves to another place or batch.
 */
import type { RowView } from "../lane-publisher.ts";
import { readVarint, varintBytes, writeVarint } from "./varint.ts";

/** The registry's wire format: a zero and the schema's id before the Avro payload. */
const FRAME_BYTES = 5;
/** Attributes and timestamp delta, a byte each. */
const FIXED_BYTES = 2;
/** Below this a loop copies quicker than a call into the runtime. */
const SHORT_COPY_BYTES = 24;

/** What a record takes whose rest has `restBytes`, as number `offsetDelta` of its batch. */
export function recordBytes(offsetDelta: number, restBytes: number): number {
  const body = FIXED_BYTES + varintBytes(offsetDelta) + restBytes;
  return varintBytes(body) + body;
}

/** Writes what stands before the rest; returns where the rest begins. */
export function writeRecordStart(target: Buffer, at: number, offsetDelta: number, restBytes: number): number {
  let position = writeVarint(target, at, FIXED_BYTES + varintBytes(offsetDelta) + restBytes);
  target[position++] = 0;
  target[position++] = 0;
  return writeVarint(target, position, offsetDelta);
}

/** What the rest of a row's record takes. */
export function rowRestBytes(row: RowView): number {
  const key = keyBytes(row);
  const value = FRAME_BYTES + row.payloadEnd - row.payloadStart;
  return varintBytes(key) + (key < 0 ? 0 : key) + varintBytes(value) + value + row.headersEnd - row.headersStart;
}

/** Writes the rest of a row's record. */
export function writeRowRest(target: Buffer, at: number, row: RowView, registryId: number): void {
  const key = keyBytes(row);
  let position = writeVarint(target, at, key);
  if (key > 0) position = copyBytes(row.bytes, row.keyStart, row.keyEnd, target, position);
  position = writeVarint(target, position, FRAME_BYTES + row.payloadEnd - row.payloadStart);
  target[position] = 0;
  position = target.writeInt32BE(registryId, position + 1);
  position = copyBytes(row.bytes, row.payloadStart, row.payloadEnd, target, position);
  copyBytes(row.bytes, row.headersStart, row.headersEnd, target, position);
}

/** Visits the records in `source[start, end)`: their number from 0 and the bounds of their rests. */
export function walkRecords(
  source: Buffer,
  start: number,
  end: number,
  visit: (index: number, restStart: number, restEnd: number) => void,
): void {
  const cursor = { position: start };
  for (let index = 0; cursor.position < end; index++) {
    const body = readVarint(source, cursor.position, cursor);
    const recordEnd = cursor.position + body;
    readVarint(source, cursor.position + FIXED_BYTES, cursor);
    visit(index, cursor.position, recordEnd);
    cursor.position = recordEnd;
  }
}

function keyBytes(row: RowView): number {
  return row.keyStart < 0 ? -1 : row.keyEnd - row.keyStart;
}

function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > SHORT_COPY_BYTES) return at + source.copy(target, at, start, end);
  let position = at;
  for (let from = start; from < end; from++) target[position++] = source[from] as number;
  return position;
}
