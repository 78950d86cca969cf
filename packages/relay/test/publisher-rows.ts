import { encodeRecordHeaders } from "@waybill/events";
import type { RowView } from "../src/publishers/lane-publisher.ts";

export interface TestRow {
  readonly id: number;
  readonly topic: string;
  /** Default: none. */
  readonly key?: string | null;
  /** Default: the id. */
  readonly payload?: string | Buffer;
  /** Default: `ce_id`, the row's id. Bytes: as they are, well or not. */
  readonly headers?: readonly (readonly [string, string])[] | Buffer;
}

/** A row as the reader hands it over: offsets into bytes that hold more than the row. */
export function rowView({ id, topic, key = null, payload = String(id), headers }: TestRow): RowView {
  const keyBytes = Buffer.from(key ?? "");
  const payloadBytes = Buffer.from(payload as string);
  const headerBytes = Buffer.isBuffer(headers) ? headers : encodeRecordHeaders(headers ?? [["ce_id", String(id)]]);
  const gap = Buffer.from("gap");
  const bytes = Buffer.concat([gap, keyBytes, gap, payloadBytes, gap, headerBytes, gap]);
  const keyStart = gap.length;
  const payloadStart = keyStart + keyBytes.length + gap.length;
  const headersStart = payloadStart + payloadBytes.length + gap.length;
  return {
    id,
    topic,
    bytes,
    shard: 0,
    keyStart: key === null ? -1 : keyStart,
    keyEnd: key === null ? -1 : keyStart + keyBytes.length,
    payloadStart,
    payloadEnd: payloadStart + payloadBytes.length,
    headersStart,
    headersEnd: headersStart + headerBytes.length,
    schemaIdHigh: 0,
    schemaIdLow: 0,
    occurredAtMs: 0,
  };
}

/** Rows of some keys in turn, with ids from `from` on. */
export function rowsOf(topic: string, count: number, { from = 1, keys = 7, payloadBytes = 20 } = {}): TestRow[] {
  return Array.from({ length: count }, (_, index) => ({
    id: from + index,
    topic,
    key: `key-${(from + index) % keys}`,
    payload: `${from + index}`.padEnd(payloadBytes, "."),
  }));
}
