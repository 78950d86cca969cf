/*
 * RecordBatch => base_offset(int64) batch_length(int32) partition_leader_epoch(int32) magic(int8) crc(uint32)
 *                attributes(int16) last_offset_delta(int32) base_timestamp(int64) max_timestamp(int64)
 *                producer_id(int64) producer_epoch(int16) base_sequence(int32) records_count(int32) [records]
 *
 * The CRC-32C covers everything from the attributes on. Source: Kafka's documentation, "Message Format".
 */
import { crc32c } from "./crc32c.ts";

/** What a batch takes before its records. */
export const BATCH_HEADER_BYTES = 61;

const MAGIC = 2;
const TRANSACTIONAL_BIT = 1 << 4;
const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const COUNT_AT = 57;

/** An idempotent producer, as InitProducerId names it. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
  /** Whether its batches belong to transactions. Default false. */
  readonly isTransactional?: boolean;
}

export interface BatchHeader {
  readonly records: number;
  /** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
  readonly compressionBits: number;
  /** Of every record of the batch; milliseconds since 1970. */
  readonly timestampMs: number;
  readonly identity: ProducerIdentity;
  readonly baseSequence: number;
}

/** Writes the header into the first 61 bytes of `batch`, whose records are in place behind them. */
export function writeBatchHeader(batch: Buffer, header: BatchHeader): void {
  const timestamp = BigInt(header.timestampMs);
  batch.writeBigInt64BE(0n, 0);
  batch.writeInt32BE(batch.length - LEADER_EPOCH_AT, LENGTH_AT);
  batch.writeInt32BE(-1, LEADER_EPOCH_AT);
  batch[MAGIC_AT] = MAGIC;
  const transactional = header.identity.isTransactional === true ? TRANSACTIONAL_BIT : 0;
  batch.writeInt16BE(header.compressionBits | transactional, ATTRIBUTES_AT);
  batch.writeInt32BE(header.records - 1, LAST_OFFSET_DELTA_AT);
  batch.writeBigInt64BE(timestamp, BASE_TIMESTAMP_AT);
  batch.writeBigInt64BE(timestamp, MAX_TIMESTAMP_AT);
  batch.writeBigInt64BE(header.identity.producerId, PRODUCER_ID_AT);
  batch.writeInt16BE(header.identity.epoch, PRODUCER_EPOCH_AT);
  batch.writeInt32BE(header.baseSequence, BASE_SEQUENCE_AT);
  batch.writeInt32BE(header.records, COUNT_AT);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
}
