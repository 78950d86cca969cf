import { decodeRecordHeaders } from "@waybill/events";
import type { Message } from "kafkajs";
import type { RowView } from "../lane-publisher.ts";
import { partitionOfKey } from "../murmur2.ts";

/** A message with what it weighs. It keeps its partition and its time however often it is repeated. */
export interface PinnedRecord {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  /** An upper bound of what it takes in a batch. */
  readonly bytes: number;
  readonly message: Message;
}

/** Where the records of a topic go, for as long as a batch lasts. */
export interface TopicPartitions {
  readonly count: number;
  /** For records without a key: one partition per batch. */
  readonly keyless: number;
}

const FRAME_BYTES = 5;
/** Lengths, deltas, attributes. Generous. */
const RECORD_OVERHEAD_BYTES = 64;

/** Copies a row. */
export function pinnedRecord(row: RowView, registryId: number, partitions: TopicPartitions): PinnedRecord {
  const { bytes, keyStart, keyEnd, payloadStart, payloadEnd, headersStart, headersEnd } = row;
  const key = keyStart < 0 ? null : Buffer.from(bytes.subarray(keyStart, keyEnd));
  const partition = key === null ? partitions.keyless : partitionOfKey(key, partitions.count);
  const value = Buffer.allocUnsafeSlow(FRAME_BYTES + payloadEnd - payloadStart);
  value[0] = 0;
  value.writeInt32BE(registryId, 1);
  bytes.copy(value, FRAME_BYTES, payloadStart, payloadEnd);
  return {
    id: row.id,
    topic: row.topic,
    partition,
    bytes: RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + value.length + headersEnd - headersStart,
    message: { key, value, partition, headers: toKafkajsHeaders(bytes.subarray(headersStart, headersEnd)) },
  };
}

/** kafkajs takes headers by name; several of one name are a list. */
function toKafkajsHeaders(bytes: Buffer): Record<string, Buffer[]> {
  const headers: Record<string, Buffer[]> = Object.create(null);
  for (const [name, value] of decodeRecordHeaders(bytes)) (headers[name] ??= []).push(Buffer.from(value));
  return headers;
}

/**
 * Cuts records into runs that each weigh at most `maxBytes`: a broker's `max.message.bytes` limits the batch of a
 * partition, not one message. A heavier record makes a run of its own.
 */
export function runsByBytes(records: readonly PinnedRecord[], maxBytes: number): PinnedRecord[][] {
  const runs: PinnedRecord[][] = [];
  let run: PinnedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    if (run.length > 0 && bytes + record.bytes > maxBytes) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(record);
    bytes += record.bytes;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}
