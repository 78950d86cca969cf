import type pg from "pg";
import type { SeededEvent, SeededRow } from "../commands/seed/seeded-event.ts";

/**
 * What `publishAll` of @waybill/outbox writes: the schema with the first event that uses it, and rows in the order
 * given, in one statement and so in one transaction. Returns the highest id.
 */
export async function insertSeededEvents(
  client: pg.Client,
  event: SeededEvent,
  rows: readonly SeededRow[],
): Promise<number> {
  const result = await client.query<{ last_id: string }>({
    name: "waybill_seed",
    text: `WITH new_schema AS (
        INSERT INTO waybill.schema (id, type, version, record_name, definition)
        SELECT $1::bigint, $2, $3::integer, $4, $5
        WHERE NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = $1::bigint)),
      written AS (
        INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
        SELECT e.event_id, $6, e.key, $1::bigint, e.payload, e.headers
        FROM unnest($7::uuid[], $8::text[], $9::bytea[], $10::bytea[])
          WITH ORDINALITY AS e (event_id, key, payload, headers, position)
        ORDER BY e.position
        RETURNING id)
      SELECT max(id)::text AS last_id FROM written`,
    values: [
      event.schemaId,
      event.type,
      event.version,
      event.recordName,
      event.schema,
      event.topic,
      rows.map(({ eventId }) => eventId),
      rows.map(({ key }) => key),
      rows.map(({ payload }) => payload),
      rows.map(({ headers }) => headers),
    ],
  });
  return Number((result.rows[0] as { last_id: string }).last_id);
}
