import type pg from "pg";

/** Up to here the backlog is counted row by row (about 2 ms), beyond it is estimated. */
export const COUNTED_BACKLOG = 10_000;

export interface BacklogSize {
  /** Exact up to {@link COUNTED_BACKLOG}; beyond, the ids given out since: rollbacks make that too high. */
  readonly events: number;
  /** How long ago the oldest of them was inserted, by the database's clock; 0 when there is none. */
  readonly oldestAgeMs: number;
}

/** What lies above the newest published id. Misses the rows of long transactions that drew lower ids. */
export async function measureBacklog(client: pg.Client, publishedId: bigint): Promise<BacklogSize> {
  const { rows } = await client.query<{ counted: number; spread: string | null; age_ms: number | null }>({
    name: "waybill_backlog_size",
    text: `SELECT
        (SELECT count(*)::int FROM (SELECT FROM waybill.outbox WHERE id > $1 ORDER BY id LIMIT ${COUNTED_BACKLOG + 1}) AS q)
          AS counted,
        (SELECT max(id) - $1 FROM waybill.outbox)::text AS spread,
        (SELECT (extract(epoch FROM clock_timestamp() - occurred_at) * 1000)::float8
          FROM waybill.outbox WHERE id > $1 ORDER BY id LIMIT 1) AS age_ms`,
    values: [publishedId],
  });
  const row = rows[0] as { counted: number; spread: string | null; age_ms: number | null };
  const isCounted = row.counted <= COUNTED_BACKLOG;
  return { events: isCounted ? row.counted : Number(row.spread), oldestAgeMs: Math.max(0, row.age_ms ?? 0) };
}
