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
