import { ErrorCode } from "../protocol/error-codes.ts";
import { decompress } from "./compression.ts";
import { Compression, RecordBatch, batchHeaderBytes, splitFirstBatch } from "./record-batch.ts";
import { type RecordsSummary, summariseRecords } from "./record-walk.ts";

/** The topic settings that decide whether a batch is taken. */
export interface AppendLimits {
  /** `max.message.bytes` */
  readonly maxMessageBytes: number;
  /** `message.timestamp.before.max.ms` */
  readonly timestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms` */
  readonly timestampAfterMaxMs: number;
  /** `cleanup.policy` contains compact: every record needs a key. */
  readonly keysRequired: boolean;
  /** `message.timestamp.type=LogAppendTime`: the producer's timestamps are replaced. */
  readonly logAppendTime: boolean;
}

export interface Refusal {
  readonly error: ErrorCode;
  readonly reason: string;
}

/** zstd may be used from this Produce version on (KIP-110). */
const firstZstdVersion = 7;

/**
 * The one batch of a Produce request's partition, or why the request itself is refused: Kafka's
 * `ProduceRequest.validateRecords`.
 */
export function parseProduced(records: Buffer | null, produceVersion: number): RecordBatch | Refusal {
  const first = splitFirstBatch(records ?? Buffer.alloc(0));
  if (first.kind === "corrupt") return refuse(ErrorCode.CORRUPT_MESSAGE, "no record batch starts here");
  if (first.kind === "incomplete") return refuse(ErrorCode.INVALID_RECORD, "one whole record batch is required");
  if (first.magic !== 2) return refuse(ErrorCode.INVALID_RECORD, "only record batches of magic 2 are taken");
  const second = splitFirstBatch(first.rest); // a tail too short for a batch is ignored, as Kafka does
  if (second.kind === "corrupt") return refuse(ErrorCode.CORRUPT_MESSAGE, "no record batch follows the first");
  if (second.kind === "batch") return refuse(ErrorCode.INVALID_RECORD, "more than one record batch for one partition");
  if (first.bytes.length < batchHeaderBytes) {
    return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, `a record batch has ${batchHeaderBytes} bytes or more`);
  }
  const batch = new RecordBatch(first.bytes);
  if (batch.compression === Compression.zstd && produceVersion < firstZstdVersion) {
    return refuse(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `zstd needs Produce version ${firstZstdVersion}`);
  }
  return batch;
}

/**
 * Checks a client's batch before it is appended: Kafka's `UnifiedLog.analyzeAndValidateRecords` and `LogValidator`.
 * Corrects the header's greatest timestamp, or stamps the append time, as Kafka does. Null when the batch is good.
 */
export function validateBatch(batch: RecordBatch, limits: AppendLimits, nowMs: number): Refusal | null {
  return validateEnvelope(batch, limits) ?? validateHeader(batch) ?? validateRecords(batch, limits, nowMs);
}

function validateEnvelope(batch: RecordBatch, limits: AppendLimits): Refusal | null {
  if (batch.baseOffset !== 0n) {
    return refuse(ErrorCode.INVALID_RECORD, `the base offset must be 0, not ${batch.baseOffset}`);
  }
  if (batch.bytes.length > limits.maxMessageBytes) {
    return refuse(
      ErrorCode.MESSAGE_TOO_LARGE,
      `the record batch has ${batch.bytes.length} bytes, more than max.message.bytes=${limits.maxMessageBytes}`,
    );
  }
  return batch.hasValidChecksum() ? null : refuse(ErrorCode.CORRUPT_MESSAGE, "the record batch fails its checksum");
}

function validateHeader(batch: RecordBatch): Refusal | null {
  const { lastOffsetDelta, recordCount } = batch;
  if (lastOffsetDelta < 0) return refuse(ErrorCode.INVALID_RECORD, "the batch has an invalid offset range");
  if (recordCount <= 0) return refuse(ErrorCode.INVALID_RECORD, `the batch counts ${recordCount} records`);
  if (lastOffsetDelta + 1 !== recordCount) {
    return refuse(ErrorCode.INVALID_RECORD, `${lastOffsetDelta + 1} offsets for ${recordCount} records`);
  }
  if (batch.isControl) return refuse(ErrorCode.INVALID_RECORD, "clients may not write control records");
  if (batch.hasProducerId && batch.baseSequence < 0) {
    return refuse(ErrorCode.INVALID_RECORD, `sequence ${batch.baseSequence} of an idempotent producer`);
  }
  if (batch.compression > Compression.zstd) {
    return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, `there is no compression ${batch.compression}`);
  }
  return null;
}

function validateRecords(batch: RecordBatch, limits: AppendLimits, nowMs: number): Refusal | null {
  const content = decompress(batch.compression, batch.recordBytes);
  if (content.kind === "broken") {
    return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, `the records do not decompress: ${content.reason}`);
  }
  const summary = summariseRecords(content.bytes, batch.recordCount);
  if (!summary.valid) return refuse(ErrorCode.INVALID_RECORD, summary.reason);
  // Kafka renumbers the records of a plain batch by its header alone, and cannot those of a compressed one.
  if (batch.compression !== Compression.none && !summary.isConsecutive) {
    return refuse(ErrorCode.UNKNOWN_SERVER_ERROR, "the offsets of a compressed batch must be consecutive");
  }
  if (limits.keysRequired && summary.hasNullKey) {
    return refuse(ErrorCode.INVALID_RECORD, "a compacted topic takes no record without a key");
  }
  if (!limits.logAppendTime) return checkTimestamps(batch, summary, limits, nowMs);
  batch.stampAppendTime(BigInt(nowMs));
  return null;
}

function checkTimestamps(
  batch: RecordBatch,
  summary: RecordsSummary & { valid: true },
  limits: AppendLimits,
  nowMs: number,
): Refusal | null {
  const baseMs = Number(batch.baseTimestamp);
  const oldestMs = baseMs + summary.minTimestampDelta;
  const newestMs = baseMs + summary.maxTimestampDelta;
  if (
    newestMs - nowMs > limits.timestampAfterMaxMs ||
    (oldestMs !== -1 && nowMs - oldestMs > limits.timestampBeforeMaxMs)
  ) {
    return refuse(
      ErrorCode.INVALID_TIMESTAMP,
      `a timestamp between ${oldestMs} and ${newestMs} is too far from the broker's clock, ${nowMs}`,
    );
  }
  batch.correctMaxTimestamp(batch.baseTimestamp + BigInt(summary.maxTimestampDelta));
  return null;
}

function refuse(error: ErrorCode, reason: string): Refusal {
  return { error, reason };
}
