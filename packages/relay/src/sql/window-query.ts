import pg from "pg";
import type { RowView } from "../publishers/lane-publisher.ts";
import { finishedBetween, type Snapshot } from "../snapshot.ts";

/**
 * The rows of a small window, by index (xid, id). $1 = xmax(S1), $2 = xmax(S2), $3 = the transactions that ended
 * between the two, $4 = S2, $5 = shards, $6 = limit.
 *
 * Two range scans rather than one condition with OR: together they are every row visible in S2 and not in S1, and each
 * has one plan only. MATERIALIZED and the inner LIMIT keep the sort to what was found, so that a window of millions
 * costs no more than `limit` rows here.
 */
export const windowQuery = `
WITH w AS MATERIALIZED (
  SELECT id, shard, topic, key, schema_id, payload, headers, occurred_at FROM waybill.outbox
  WHERE xid >= $1::xid8 AND xid < $2::xid8 AND pg_visible_in_snapshot(xid, $4::pg_snapshot)
    AND shard = ANY ($5::smallint[])
  UNION ALL
  SELECT id, shard, topic, key, schema_id, payload, headers, occurred_at FROM waybill.outbox
  WHERE xid = ANY ($3::xid8[]) AND shard = ANY ($5::smallint[])
)
SELECT * FROM (SELECT * FROM w LIMIT $6) AS q ORDER BY id`;

export interface WindowRead {
  readonly s1: Snapshot;
  readonly s2: Snapshot;
  readonly shards: readonly number[];
  /** Most events. */
  readonly maxEvents: number;
  /** Most bytes of events held in memory. */
  readonly maxBytes: number;
}

export interface WindowRow {
  readonly id: string;
  readonly shard: number;
  readonly topic: string;
  readonly key: string | null;
  readonly schema_id: string;
  readonly payload: Buffer;
  readonly headers: Buffer;
  readonly occurred_at: Date;
}

/** The parameters of {@link windowQuery}. */
export function windowParameters({ s1, s2, shards, maxEvents }: Omit<WindowRead, "maxBytes">): unknown[] {
  const finished = finishedBetween(s1, s2).map(String);
  return [String(s1.xmax), String(s2.xmax), finished, s2.text, shards, maxEvents + 1];
}

/**
 * All rows of the window in order of id, or null when they are more than the limits allow: which of them come first
 * is not known then.
 *
 * Results come as text: `pg` passes binary ones through a UTF-8 string, which destroys them.
 */
export function queryWindow(client: pg.Client, read: WindowRead): Promise<WindowRow[] | null> {
  const kept: WindowRow[] = [];
  let bytes = 0;
  let rows = 0;
  const query = new pg.Query<WindowRow>({
    name: "waybill_window",
    text: windowQuery,
    values: windowParameters(read),
  });
  query.on("row", (row) => {
    rows++;
    if (bytes > read.maxBytes && kept.length > 0) {
      kept.length = 0; // a listener cannot stop the rows, but it can refuse to keep them
      bytes = Number.POSITIVE_INFINITY;
    }
    if (bytes === Number.POSITIVE_INFINITY) return;
    bytes += (row.key?.length ?? 0) + row.payload.length + row.headers.length;
    kept.push(row);
  });
  return new Promise((resolve, reject) => {
    query.on("error", reject);
    query.on("end", () => resolve(rows > read.maxEvents || kept.length < rows ? null : kept));
    client.query(query);
  });
}

/** Makes the view look at a row of this query. */
export function viewWindowRow(row: WindowRow, view: RowView): void {
  const key = row.key === null ? null : Buffer.from(row.key);
  const schemaId = BigInt(row.schema_id);
  view.bytes = Buffer.concat(key === null ? [row.payload, row.headers] : [key, row.payload, row.headers]);
  view.id = Number(row.id);
  view.shard = row.shard;
  view.topic = row.topic;
  view.keyStart = key === null ? -1 : 0;
  view.keyEnd = key === null ? -1 : key.length;
  view.payloadStart = key === null ? 0 : key.length;
  view.payloadEnd = view.payloadStart + row.payload.length;
  view.headersStart = view.payloadEnd;
  view.headersEnd = view.headersStart + row.headers.length;
  view.schemaIdHigh = Number(BigInt.asIntN(32, schemaId >> 32n));
  view.schemaIdLow = Number(BigInt.asIntN(32, schemaId));
  view.occurredAtMs = row.occurred_at.getTime();
}
