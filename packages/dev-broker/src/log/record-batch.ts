import { crc32c } from "./crc32c.ts";

/*
RecordBatch (magic 2) =>
  baseOffset => INT64                     0
  batchLength => INT32                    8   counts what follows it
  partitionLeaderEpoch => INT32          12
  magic => INT8                          16
  crc => UINT32                          17   CRC-32C of all that follows it
  attributes => INT16                    21   0-2 compression, 3 timestamp type, 4 transactional, 5 control
  lastOffsetDelta => INT32               23
  baseTimestamp => INT64                 27
  maxTimestamp => INT64                  35
  producerId => INT64                    43
  producerEpoch => INT16                 51
  baseSequence => INT32                  53
  recordCount => INT32                   57
  records => [Record]                    61
*/

/** The bytes before `batchLength` starts to count. */
export const lengthOverheadBytes = 12;
/** The bytes of a batch before its records. */
export const batchHeaderBytes = 61;
/** What is read before the magic byte decides on the format. */
const bytesUpToMagic = 17;
/** `batchLength` of the shortest message of the oldest format (magic 0). */
const minBatchLength = 14;

const offsetOf = {
  baseOffset: 0,
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const;

const attributeBit = { compression: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const;

/** The compression codecs by their number in a batch's attributes. */
export const Compression = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** One record batch of format 2, over its own bytes: reads and patches the header, knows nothing of a log. */
export class RecordBatch {
  readonly bytes: Buffer;

  /** `bytes` must be exactly one batch, with its whole header: see `splitFirstBatch`. */
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get baseOffset(): bigint {
    return this.bytes.readBigInt64BE(offsetOf.baseOffset);
  }

  get lastOffset(): bigint {
    return this.baseOffset + BigInt(this.lastOffsetDelta);
  }

  get attributes(): number {
    return this.bytes.readInt16BE(offsetOf.attributes);
  }

  get compression(): number {
    return this.attributes & attributeBit.compression;
  }

  get isTransactional(): boolean {
    return (this.attributes & attributeBit.transactional) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & attributeBit.control) !== 0;
  }

  get lastOffsetDelta(): number {
    return this.bytes.readInt32BE(offsetOf.lastOffsetDelta);
  }

  get baseTimestamp(): bigint {
    return this.bytes.readBigInt64BE(offsetOf.baseTimestamp);
  }

  get maxTimestamp(): bigint {
    return this.bytes.readBigInt64BE(offsetOf.maxTimestamp);
  }

  get producerId(): bigint {
    return this.bytes.readBigInt64BE(offsetOf.producerId);
  }

  get hasProducerId(): boolean {
    return this.producerId > -1n;
  }

  get producerEpoch(): number {
    return this.bytes.readInt16BE(offsetOf.producerEpoch);
  }

  get baseSequence(): number {
    return this.bytes.readInt32BE(offsetOf.baseSequence);
  }

  get lastSequence(): number {
    return addToSequence(this.baseSequence, this.lastOffsetDelta);
  }

  get recordCount(): number {
    return this.bytes.readInt32BE(offsetOf.recordCount);
  }

  /** The records' bytes, compressed as `compression` says. */
  get recordBytes(): Buffer {
    return this.bytes.subarray(batchHeaderBytes);
  }

  hasValidChecksum(): boolean {
    return this.bytes.readUInt32BE(offsetOf.crc) === this.#checksum();
  }

  /** Gives the batch its place in the log. Neither field is covered by the checksum. */
  place(baseOffset: bigint, leaderEpoch: number): void {
    this.bytes.writeBigInt64BE(baseOffset, offsetOf.baseOffset);
    this.bytes.writeInt32BE(leaderEpoch, offsetOf.leaderEpoch);
  }

  /** Corrects the greatest timestamp, as Kafka does when the producer's header disagrees with its records. */
  correctMaxTimestamp(maxTimestamp: bigint): void {
    if (this.maxTimestamp === maxTimestamp) return;
    this.bytes.writeBigInt64BE(maxTimestamp, offsetOf.maxTimestamp);
    this.#sign();
  }

  /** Marks the batch as stamped by the broker (`message.timestamp.type=LogAppendTime`). */
  stampAppendTime(timestamp: bigint): void {
    this.bytes.writeInt16BE(this.attributes | attributeBit.logAppendTime, offsetOf.attributes);
    this.bytes.writeBigInt64BE(timestamp, offsetOf.maxTimestamp);
    this.#sign();
  }

  get hasAppendTime(): boolean {
    return (this.attributes & attributeBit.logAppendTime) !== 0;
  }

  #checksum(): number {
    return crc32c(this.bytes, offsetOf.attributes);
  }

  #sign(): void {
    this.bytes.writeUInt32BE(this.#checksum(), offsetOf.crc);
  }
}

/** What stands at the start of some bytes: a batch, a cut one (or nothing), a length or magic that cannot be. */
export type FirstBatch =
  | { readonly kind: "batch"; readonly bytes: Buffer; readonly magic: number; readonly rest: Buffer }
  | { readonly kind: "incomplete" }
  | { readonly kind: "corrupt" };

/** Cuts the first batch off, by the rules of Kafka's `ByteBufferLogInputStream`. */
export function splitFirstBatch(bytes: Buffer): FirstBatch {
  if (bytes.length < bytesUpToMagic) return { kind: "incomplete" };
  const length = bytes.readInt32BE(offsetOf.batchLength);
  const magic = bytes.readInt8(offsetOf.magic);
  if (length < minBatchLength || magic < 0 || magic > 2) return { kind: "corrupt" };
  const end = lengthOverheadBytes + length;
  if (end > bytes.length) return { kind: "incomplete" };
  return { kind: "batch", bytes: bytes.subarray(0, end), magic, rest: bytes.subarray(end) };
}

/** Sequence numbers wrap from the greatest int32 to 0. */
export function addToSequence(sequence: number, increment: number): number {
  return (sequence + increment) % 0x80000000;
}

export interface NewBatch {
  readonly control: boolean;
  readonly transactional: boolean;
  readonly timestamp: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly recordCount: number;
  readonly records: Buffer;
}

/** A batch of the broker's own making, unplaced. */
export function buildBatch(batch: NewBatch): RecordBatch {
  const bytes = Buffer.alloc(batchHeaderBytes + batch.records.length);
  bytes.writeInt32BE(bytes.length - lengthOverheadBytes, offsetOf.batchLength);
  bytes.writeInt8(2, offsetOf.magic);
  const attributes =
    (batch.control ? attributeBit.control : 0) | (batch.transactional ? attributeBit.transactional : 0);
  bytes.writeInt16BE(attributes, offsetOf.attributes);
  bytes.writeInt32BE(batch.recordCount - 1, offsetOf.lastOffsetDelta);
  bytes.writeBigInt64BE(batch.timestamp, offsetOf.baseTimestamp);
  bytes.writeBigInt64BE(batch.timestamp, offsetOf.maxTimestamp);
  bytes.writeBigInt64BE(batch.producerId, offsetOf.producerId);
  bytes.writeInt16BE(batch.producerEpoch, offsetOf.producerEpoch);
  bytes.writeInt32BE(-1, offsetOf.baseSequence);
  bytes.writeInt32BE(batch.recordCount, offsetOf.recordCount);
  batch.records.copy(bytes, batchHeaderBytes);
  bytes.writeUInt32BE(crc32c(bytes, offsetOf.attributes), offsetOf.crc);
  return new RecordBatch(bytes);
}
