import { crc32c } from "../src/log/crc32c.ts";

export interface TestRecord {
  readonly key?: string | null;
  readonly value?: string | null;
  readonly timestampDelta?: number;
  readonly offsetDelta?: number;
}

/** The parts of a batch, each with the value of a correct one as its default: a test sets the one that it spoils. */
export interface BatchParts {
  readonly records?: readonly TestRecord[];
  /** Already encoded records, in place of `records`. */
  readonly recordBytes?: Buffer;
  readonly compress?: (records: Buffer) => Buffer;
  readonly attributes?: number;
  readonly baseOffset?: bigint;
  readonly baseTimestamp?: bigint;
  readonly maxTimestamp?: bigint;
  readonly lastOffsetDelta?: number;
  readonly recordCount?: number;
  readonly producerId?: bigint;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly magic?: number;
  /** Added to the right checksum. */
  readonly crcError?: number;
}

export const transactional = 0x10;

/** Encodes a record batch of magic 2, right or wrong. */
export function recordBatch(parts: BatchParts = {}): Buffer {
  const records = parts.records ?? [{ value: "a value" }];
  const plain = parts.recordBytes ?? Buffer.concat(records.map(encodeRecord));
  const content = parts.compress?.(plain) ?? plain;
  const batch = Buffer.alloc(61 + content.length);
  const baseTimestamp = parts.baseTimestamp ?? BigInt(Date.now());
  batch.writeBigInt64BE(parts.baseOffset ?? 0n, 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(parts.magic ?? 2, 16);
  batch.writeInt16BE(parts.attributes ?? 0, 21);
  batch.writeInt32BE(parts.lastOffsetDelta ?? records.length - 1, 23);
  batch.writeBigInt64BE(baseTimestamp, 27);
  batch.writeBigInt64BE(parts.maxTimestamp ?? baseTimestamp, 35);
  batch.writeBigInt64BE(parts.producerId ?? -1n, 43);
  batch.writeInt16BE(parts.producerEpoch ?? -1, 51);
  batch.writeInt32BE(parts.baseSequence ?? -1, 53);
  batch.writeInt32BE(parts.recordCount ?? records.length, 57);
  content.copy(batch, 61);
  batch.writeUInt32BE((crc32c(batch, 21) + (parts.crcError ?? 0)) >>> 0, 17);
  return batch;
}

/** One record of format 2, without headers. */
export function encodeRecord({ key = null, value = null, timestampDelta = 0, offsetDelta = 0 }: TestRecord): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(timestampDelta),
    varint(offsetDelta),
    field(key),
    field(value),
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function field(text: string | null): Buffer {
  if (text === null) return varint(-1);
  const bytes = Buffer.from(text);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
