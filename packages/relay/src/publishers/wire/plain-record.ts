import { BATCH_HEADER_BYTES } from "./batch-header.ts";
import { recordBytes, writeRecordStart } from "./record-writer.ts";
import { varintBytes, writeVarint } from "./varint.ts";

/** Room for a batch's header, then one record without headers. */
export function plainRecordBatch(key: Buffer, value: Buffer): Buffer {
  const restBytes = varintBytes(key.length) + key.length + varintBytes(value.length) + value.length + varintBytes(0);
  const batch = Buffer.alloc(BATCH_HEADER_BYTES + recordBytes(0, restBytes));
  let position = writeRecordStart(batch, BATCH_HEADER_BYTES, 0, restBytes);
  position = writeVarint(batch, position, key.length);
  position += key.copy(batch, position);
  position = writeVarint(batch, position, value.length);
  position += value.copy(batch, position);
  writeVarint(batch, position, 0);
  return batch;
}
