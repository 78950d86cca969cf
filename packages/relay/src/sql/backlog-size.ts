import type pg from "pg";

/** Up to here the backlog is counted row by row (about 2 ms), beyond it is estimated. */
export const COUNTED_BACKLOG = 10_000;

/** Of `waybill.outbox`. */
const ALL_SHARDS = 64;

export interface BacklogSize {
  /** Exact up to {@link COUNTED_BACKLOG}; beyond, these shards' part of the ids given out since: rollbacks make that too high. */
  readonly events: number;
  /** How long ago the oldest of them was inserted, by the database's clock; 0 when there is none. */
  readonly oldestAgeMs: number;
}

interface BacklogRow {
  readonly walked: number;
  readonly counted: number;
  readonly spread: string | null;
  readonly age_ms: number | null;
}

/**
 * What of some shards lies above the newest published id. Misses the rows of long transactions that drew lower ids. Walks
 * a bounded number of rows, whosever they are.
 */
export async function measureBacklog(
  client: pg.Client,
  publishedId: number,
  shards: readonly number[],
): Promise<BacklogSize> {
  const { rows } = await client.query<BacklogRow>({
    name: "waybill_backlog_size",
    text: `SELECT count(*)::int AS walked, count(*) FILTER (WHERE shard = ANY ($2::smallint[]))::int AS counted,
        (SELECT max(id) - $1 FROM waybill.outbox)::text AS spread,
        (extract(epoch FROM clock_timestamp() - min(occurred_at) FILTER (WHERE shard = ANY ($2::smallint[]))) * 1000)::float8
          AS age_ms
      FROM (SELECT shard, occurred_at FROM waybill.outbox WHERE id > $1 ORDER BY id LIMIT ${COUNTED_BACKLOG + 1}) AS q`,
    values: [publishedId, shards],
  });
  const { walked, counted, spread, age_ms } = rows[0] as BacklogRow;
  const events = walked <= COUNTED_BACKLOG ? counted : Math.round((Number(spread) * shards.length) / ALL_SHARDS);
  return { events, oldestAgeMs: Math.max(0, age_ms ?? 0) };
}
