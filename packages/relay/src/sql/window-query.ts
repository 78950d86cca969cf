import pg from "pg";
import { eventBytes, type OutboxEvent } from "../outbox-event.ts";
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
  SELECT id, topic, key, schema_id, payload, headers, occurred_at FROM waybill.outbox
  WHERE xid >= $1::xid8 AND xid < $2::xid8 AND pg_visible_in_snapshot(xid, $4::pg_snapshot)
    AND shard = ANY ($5::smallint[])
  UNION ALL
  SELECT id, topic, key, schema_id, payload, headers, occurred_at FROM waybill.outbox
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

interface WindowRow {
  readonly id: string;
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
export function queryWindow(client: pg.Client, read: WindowRead): Promise<OutboxEvent[] | null> {
  const events: OutboxEvent[] = [];
  let bytes = 0;
  let rows = 0;
  const query = new pg.Query<WindowRow>({
    name: "waybill_window",
    text: windowQuery,
    values: windowParameters(read),
  });
  query.on("row", (row) => {
    rows++;
    if (bytes > read.maxBytes && events.length > 0) {
      events.length = 0; // a listener cannot stop the rows, but it can refuse to keep them
      bytes = Number.POSITIVE_INFINITY;
    }
    if (bytes === Number.POSITIVE_INFINITY) return;
    const event = toEvent(row);
    bytes += eventBytes(event);
    events.push(event);
  });
  return new Promise((resolve, reject) => {
    query.on("error", reject);
    query.on("end", () => resolve(rows > read.maxEvents || events.length < rows ? null : events));
    client.query(query);
  });
}

function toEvent(row: WindowRow): OutboxEvent {
  return {
    id: BigInt(row.id),
    topic: row.topic,
    key: row.key,
    schemaId: BigInt(row.schema_id),
    payload: row.payload,
    headers: row.headers,
    occurredAt: row.occurred_at.getTime(),
  };
}
