import type pg from "pg";

export interface RingRows {
  readonly slot: number;
  /** How long ago they were inserted. Default: 0 */
  readonly ageHours?: number;
  /** Default: 1 */
  readonly count?: number;
}

/** Rows as they lie in a slot of the ring, whatever the clock says. */
export async function insertIntoSlot(client: pg.Client, { slot, ageHours = 0, count = 1 }: RingRows): Promise<void> {
  await client.query(
    `INSERT INTO waybill.outbox (slot, event_id, topic, key, schema_id, payload, headers, occurred_at)
     SELECT $1, gen_random_uuid(), 't', 'k' || n, 1, '', '\\x00', clock_timestamp() - $2::float8 * interval '1 hour'
     FROM generate_series(1, $3::int) AS n`,
    [slot, ageHours, count],
  );
}

/** How many rows each slot has; empty ones are left out. */
export async function rowsBySlot(client: pg.Client): Promise<Readonly<Record<string, number>>> {
  const { rows } = await client.query<{ slot: number; count: number }>(
    "SELECT slot, count(*)::int AS count FROM waybill.outbox GROUP BY slot ORDER BY slot",
  );
  return Object.fromEntries(rows.map(({ slot, count }) => [slot, count]));
}

/** The slot that is `ahead` of the current one. A slot takes hours, so it stays so. */
export async function slotAhead(client: pg.Client, ahead: number): Promise<number> {
  const { rows } = await client.query<{ slot: number }>(
    "SELECT (waybill.slot_at(clock_timestamp()) + $1::int) % 8 AS slot",
    [ahead],
  );
  return (rows[0] as { slot: number }).slot;
}

/** Makes every row that is visible now published. */
export async function publishAllRows(client: pg.Client): Promise<void> {
  await client.query("UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot(), s2 = NULL");
}
