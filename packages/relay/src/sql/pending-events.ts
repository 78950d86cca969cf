import type pg from "pg";
import type { CursorRow } from "./cursor-rows.ts";

/** Up to here what waits is counted row by row (about 0.2 s); beyond, it is estimated from the ids. */
export const COUNTED_PENDING = 200_000;

/** A bigint above every id: the branch of an open window finds nothing. */
const NO_ID = "9223372036854775807";

/**
 * What waits behind one cursor, by topic. $1 = xmax and $2 = the running transactions of the snapshot up to which
 * everything is read (S2 inside a window, else S1), $3 = shards, $4 = limit; $5 = last_id, $6 = S2, $7 = S1.
 *
 * By index (xid, id), what that snapshot does not see; by index (id), the rest of an open window. Neither walks over
 * what is published.
 */
export const pendingEventsQuery = `
SELECT topic, count(*)::int AS events, min(occurred_at) AS oldest FROM (
  (SELECT topic, occurred_at FROM waybill.outbox
    WHERE xid >= $1::xid8 AND shard = ANY ($3::smallint[]) LIMIT $4)
  UNION ALL
  (SELECT topic, occurred_at FROM waybill.outbox
    WHERE xid = ANY ($2::xid8[]) AND shard = ANY ($3::smallint[]) LIMIT $4)
  UNION ALL
  (SELECT topic, occurred_at FROM waybill.outbox
    WHERE id > $5 AND pg_visible_in_snapshot(xid, $6::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $7::pg_snapshot)
      AND shard = ANY ($3::smallint[]) ORDER BY id LIMIT $4)
) AS pending GROUP BY topic`;

export interface PendingTopic {
  readonly topic: string;
  readonly events: number;
  readonly oldestAt: Date;
}

/** What waits behind these cursors. Ask in the transaction that the cursors were read in. */
export async function readPending(client: pg.Client, cursors: readonly CursorRow[]): Promise<PendingTopic[]> {
  const found: PendingTopic[] = [];
  for (const alike of Map.groupBy(cursors, positionOf).values()) {
    const { rows } = await client.query<{ topic: string; events: number; oldest: Date }>(
      pendingEventsQuery,
      pendingParameters(alike),
    );
    found.push(...rows.map(({ topic, events, oldest }) => ({ topic, events, oldestAt: oldest })));
  }
  return [...Map.groupBy(found, ({ topic }) => topic).values()].map(sumOf).sort(byOldest);
}

/** The parameters of {@link pendingEventsQuery} for groups with one position. */
export function pendingParameters(cursors: readonly CursorRow[]): unknown[] {
  const { s1, s2, lastId } = cursors[0] as CursorRow;
  const seen = s2 ?? s1;
  const shards = cursors.flatMap((cursor) => cursor.shards);
  const window = s2 === null ? [NO_ID, s1.text] : [String(lastId), s2.text];
  return [String(seen.xmax), seen.xip.map(String), shards, COUNTED_PENDING + 1, ...window, s1.text];
}

function positionOf({ s1, s2, lastId }: CursorRow): string {
  return s2 === null ? s1.text : `${s1.text} ${s2.text} ${lastId}`;
}

function sumOf(parts: readonly PendingTopic[]): PendingTopic {
  return parts.reduce((sum, part) => ({
    topic: sum.topic,
    events: sum.events + part.events,
    oldestAt: sum.oldestAt < part.oldestAt ? sum.oldestAt : part.oldestAt,
  }));
}

function byOldest(a: PendingTopic, b: PendingTopic): number {
  return a.oldestAt.getTime() - b.oldestAt.getTime() || (a.topic < b.topic ? -1 : 1);
}
