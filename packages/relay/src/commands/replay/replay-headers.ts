import { decodeRecordHeaders, encodeRecordHeaders } from "@waybill/events";

/** The replay's id, on every event that it sends. */
export const REPLAY_ID_HEADER = "waybill-replay";
/** When it was sent again, ISO 8601. */
export const REPLAY_TIME_HEADER = "waybill-replayed-at";

/**
 * Record headers with some more at their end. The bytes of the others stay as they are: values need not be text.
 *
 * @throws DecodeError when the bytes are no record headers
 */
export function appendHeaders(bytes: Uint8Array, more: readonly (readonly [string, string])[]): Buffer {
  const count = decodeRecordHeaders(bytes).length;
  const added = encodeRecordHeaders(more);
  return Buffer.concat([
    countBytes(count + more.length),
    bytes.subarray(countBytes(count).length),
    added.subarray(countBytes(more.length).length),
  ]);
}

/** A count as Kafka writes it: zigzag, then 7 bits a byte. */
function countBytes(count: number): Uint8Array {
  const bytes: number[] = [];
  let rest = count << 1;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
