import { type RecordBatch, batchHeaderBytes, buildBatch } from "./record-batch.ts";

/*
Control record:
  key   => version type      version, type => INT16       type 0: ABORT, 1: COMMIT
  value => version coordinatorEpoch    version => INT16, coordinatorEpoch => INT32
*/
const markerRecordBodyBytes = 16;
const keyTypePosition = batchHeaderBytes + 7;

/** How a transaction ended. */
export type TransactionResult = "commit" | "abort";

/** The marker that ends a transaction in one partition. */
export function buildMarker(
  producerId: bigint,
  producerEpoch: number,
  result: TransactionResult,
  nowMs: number,
): RecordBatch {
  const record = Buffer.alloc(1 + markerRecordBodyBytes);
  record.writeUInt8(markerRecordBodyBytes << 1, 0); // zigzag length; attributes and both deltas stay 0
  record.writeUInt8(4 << 1, 4); // key length
  record.writeInt16BE(result === "commit" ? 1 : 0, 7); // after the key's version 0
  record.writeUInt8(6 << 1, 9); // value length; version, coordinator epoch and header count stay 0
  return buildBatch({
    control: true,
    transactional: true,
    timestamp: BigInt(nowMs),
    producerId,
    producerEpoch,
    recordCount: 1,
    records: record,
  });
}

/** The result that a marker made by `buildMarker` carries. */
export function markerResult(marker: RecordBatch): TransactionResult {
  return marker.bytes.readInt16BE(keyTypePosition) === 1 ? "commit" : "abort";
}
