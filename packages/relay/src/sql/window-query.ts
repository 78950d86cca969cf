import pg from "pg";
import { finishedBetween, parseSnapshot, type Snapshot } from "../cursors/snapshot.ts";
import type { RowView } from "../publishers/lane-publisher.ts";

const columns = "id, shard, topic, key, schema_id, payload, headers, occurred_at";

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
  SELECT ${columns} FROM waybill.outbox
  WHERE xid >= $1::xid8 AND xid < $2::xid8 AND pg_visible_in_snapshot(xid, $4::pg_snapshot)
    AND shard = ANY ($5::smallint[])
  UNION ALL
  SELECT ${columns} FROM waybill.outbox
  WHERE xid = ANY ($3::xid8[]) AND shard = ANY ($5::smallint[])
)
SELECT * FROM (SELECT * FROM w LIMIT $6) AS q ORDER BY id`;

/**
 * The same for the window that ends now, in one round trip: S2 is the snapshot that the statement itself runs with, and
 * comes as a row before the others, whose id is null. $1 = xmax(S1), $2 = the transactions running in S1, $3 = shards,
 * $4 = limit.
 *
 * What the statement sees is what is visible in S2, so of the transactions running in S1 it finds those that ended. The
 * bound by xmax keeps rows out that were copied here from another cluster, with ids that this one has yet to give out.
 */
export const newestWindowQuery = `
WITH w AS MATERIALIZED (
  SELECT ${columns} FROM waybill.outbox
  WHERE xid >= $1::xid8 AND xid < pg_snapshot_xmax(pg_current_snapshot()) AND shard = ANY ($3::smallint[])
  UNION ALL
  SELECT ${columns} FROM waybill.outbox
  WHERE xid = ANY ($2::xid8[]) AND shard = ANY ($3::smallint[])
)
SELECT pg_current_snapshot()::text AS snapshot, NULL::bigint AS id, NULL::smallint AS shard, NULL AS topic, NULL AS key,
  NULL::bigint AS schema_id, NULL::bytea AS payload, NULL::bytea AS headers, NULL::timestamptz AS occurred_at
UNION ALL
SELECT NULL, * FROM (SELECT * FROM w LIMIT $4) AS q
ORDER BY id NULLS FIRST`;

/** A window that ends now. */
export interface NewestWindowRead {
  readonly s1: Snapshot;
  readonly shards: readonly number[];
  /** Most events. */
  readonly maxEvents: number;
  /** Most bytes of events held in memory. */
  readonly maxBytes: number;
}

export interface WindowRead extends NewestWindowRead {
  readonly s2: Snapshot;
}

export interface NewestWindow {
  readonly s2: Snapshot;
  /** In order of id, or null when they are more than the limits allow: which of them come first is not known then. */
  readonly rows: readonly WindowRow[] | null;
}

/** What {@link newestWindowQuery} begins with. */
interface SnapshotRow {
  readonly id: null;
  readonly snapshot: string;
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

/** The parameters of {@link newestWindowQuery}. */
export function newestWindowParameters({ s1, shards, maxEvents }: Omit<NewestWindowRead, "maxBytes">): unknown[] {
  return [String(s1.xmax), s1.xip.map(String), shards, maxEvents + 1];
}

/** All rows of the window in order of id, or null when they are more than the limits allow. */
export async function queryWindow(client: pg.Client, read: WindowRead): Promise<readonly WindowRow[] | null> {
  const { rows } = await query(client, "waybill_window", windowQuery, windowParameters(read), read);
  return rows;
}

/** All rows of the window that ends now. */
export async function queryNewestWindow(client: pg.Client, read: NewestWindowRead): Promise<NewestWindow> {
  const values = newestWindowParameters(read);
  const { snapshot, rows } = await query(client, "waybill_newest_window", newestWindowQuery, values, read);
  return { s2: parseSnapshot(snapshot), rows };
}

/** Results come as text: `pg` passes binary ones through a UTF-8 string, which destroys them. */
function query(
  client: pg.Client,
  name: string,
  text: string,
  values: unknown[],
  { maxEvents, maxBytes }: NewestWindowRead,
): Promise<{ snapshot: string; rows: WindowRow[] | null }> {
  const kept: WindowRow[] = [];
  let snapshot = "";
  let bytes = 0;
  let rows = 0;
  const query = new pg.Query<WindowRow | SnapshotRow>({ name, text, values });
  query.on("row", (row) => {
    if (row.id === null) {
      snapshot = row.snapshot;
      return;
    }
    rows++;
    if (bytes > maxBytes && kept.length > 0) {
      kept.length = 0; // a listener cannot stop the rows, but it can refuse to keep them
      bytes = Number.POSITIVE_INFINITY;
    }
    if (bytes === Number.POSITIVE_INFINITY) return;
    bytes += (row.key?.length ?? 0) + row.payload.length + row.headers.length;
    kept.push(row);
  });
  return new Promise((resolve, reject) => {
    query.on("error", reject);
    query.on("end", () => resolve({ snapshot, rows: rows > maxEvents || kept.length < rows ? null : kept }));
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
