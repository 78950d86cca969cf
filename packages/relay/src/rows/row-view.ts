import type { RowView } from "../publishers/lane-publisher.ts";

/** A view that looks at nothing yet. */
export function emptyRowView(): RowView {
  return {
    id: 0,
    shard: 0,
    topic: "",
    bytes: Buffer.alloc(0),
    keyStart: -1,
    keyEnd: -1,
    payloadStart: 0,
    payloadEnd: 0,
    headersStart: 0,
    headersEnd: 0,
    schemaIdHigh: 0,
    schemaIdLow: 0,
    occurredAtMs: 0,
  };
}

/** What an event weighs in memory and, near enough, in a Kafka record. */
export function rowBytes(row: RowView): number {
  return row.keyEnd - row.keyStart + (row.payloadEnd - row.payloadStart) + (row.headersEnd - row.headersStart);
}

/** The key's text; null for an event without key. */
export function rowKey(row: RowView): string | null {
  return row.keyStart < 0 ? null : row.bytes.toString("utf8", row.keyStart, row.keyEnd);
}

/** `waybill.outbox.schema_id` as the number that SQL knows. */
export function rowSchemaId(row: RowView): bigint {
  return (BigInt(row.schemaIdHigh) << 32n) | BigInt(row.schemaIdLow >>> 0);
}
