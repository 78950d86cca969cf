import { decompress } from "./compression.ts";
import type { Partition } from "./partition.ts";
import type { RecordBatch } from "./record-batch.ts";
import { findRecord } from "./record-walk.ts";

export interface TimestampedOffset {
  readonly timestamp: bigint;
  readonly offset: bigint;
}

const notFound: TimestampedOffset = { timestamp: -1n, offset: -1n };

/**
 * The first record at or after `timestamp`, below `limit`; offset -1 when there is none.
 */
export function offsetByTimestamp(partition: Partition, timestamp: bigint, limit: bigint): TimestampedOffset {
  for (const batch of partition.batchesReaching(timestamp)) {
    if (batch.baseOffset >= limit) break;
    const found = findInBatch(batch, (recordTimestamp) => recordTimestamp >= timestamp, partition.logStartOffset);
    if (found !== undefined) return found;
  }
  return notFound;
}

/** The first record with the greatest timestamp of the partition; offset -1 when it is empty. */
export function offsetOfMaxTimestamp(partition: Partition): TimestampedOffset {
  let newest: RecordBatch | undefined;
  for (const batch of partition.batchesReaching(0n)) {
    if (newest === undefined || batch.maxTimestamp > newest.maxTimestamp) newest = batch;
  }
  if (newest === undefined) return notFound;
  const { maxTimestamp } = newest;
  return findInBatch(newest, (timestamp) => timestamp >= maxTimestamp, partition.logStartOffset) ?? notFound;
}

function findInBatch(
  batch: RecordBatch,
  accept: (timestamp: bigint) => boolean,
  fromOffset: bigint,
): TimestampedOffset | undefined {
  if (batch.hasAppendTime) return atStart(batch, batch.maxTimestamp, fromOffset);
  const content = decompress(batch.compression, batch.recordBytes);
  if (content.kind === "broken") return undefined;
  const base = batch.baseTimestamp;
  const firstDelta = Number(fromOffset - batch.baseOffset);
  const record = findRecord(
    content.bytes,
    batch.recordCount,
    ({ timestampDelta, offsetDelta }) => offsetDelta >= firstDelta && accept(base + BigInt(timestampDelta)),
  );
  if (record === undefined) return undefined;
  return { timestamp: base + BigInt(record.timestampDelta), offset: batch.baseOffset + BigInt(record.offsetDelta) };
}

function atStart(batch: RecordBatch, timestamp: bigint, fromOffset: bigint): TimestampedOffset {
  return { timestamp, offset: batch.baseOffset < fromOffset ? fromOffset : batch.baseOffset };
}
