import type pg from "pg";

/** Makes the table of dead letters where no migration has, and parks a row as a relay does. */
export async function parkRow(client: pg.Client, rowId: number, state: "parked" | "behind" = "parked"): Promise<void> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS waybill.dead_letter (
       outbox_id bigint UNIQUE, event_id uuid, shard smallint, topic text, key text, schema_id bigint, payload bytea,
       headers bytea, occurred_at timestamptz, reason text, message text, state text,
       parked_at timestamptz DEFAULT clock_timestamp())`,
  );
  await client.query(
    `INSERT INTO waybill.dead_letter
       (outbox_id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at, reason, message, state)
     SELECT id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at,
       'record-too-large', 'larger than the topic takes', $2 FROM waybill.outbox WHERE id = $1`,
    [rowId, state],
  );
}
