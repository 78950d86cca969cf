import type pg from "pg";

/** Parks a row as a relay does. */
export async function parkRow(client: pg.Client, rowId: number, state: "parked" | "behind" = "parked"): Promise<void> {
  await client.query(
    `INSERT INTO waybill.dead_letter
       (outbox_id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at, state, holds_key, reason, message)
     SELECT id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at, $2, key IS NOT NULL,
       CASE WHEN $2 = 'parked' THEN 'record-too-large' END, CASE WHEN $2 = 'parked' THEN 'larger than the topic takes' END
     FROM waybill.outbox WHERE id = $1`,
    [rowId, state],
  );
}

/** What a relay leaves of a row that was parked and given up. */
export async function discardRow(client: pg.Client, rowId: number): Promise<void> {
  await client.query(
    `INSERT INTO waybill.discarded_event (outbox_id, event_id, topic, reason, parked_at, discarded_by, why)
     SELECT id, event_id, topic, 'record-too-large', clock_timestamp(), 'jane', 'a test' FROM waybill.outbox WHERE id = $1`,
    [rowId],
  );
}
