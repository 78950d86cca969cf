import type pg from "pg";

/** How far back the newest rows are looked at: some 50 ms by the index on (id). */
const RECENT_ROWS = 50_000;

/** A topic and a schema that events of the outbox use together. */
export interface TopicUse {
  readonly topic: string;
  readonly schemaId: bigint;
  readonly events: number;
}

/** The topics and schemas of the newest rows, by topic. */
export async function readRecentUses(client: pg.Client): Promise<TopicUse[]> {
  const { rows } = await client.query<{ topic: string; schema_id: string; events: number }>(
    `SELECT topic, schema_id::text, count(*)::int AS events
     FROM (SELECT topic, schema_id FROM waybill.outbox ORDER BY id DESC LIMIT ${RECENT_ROWS}) AS recent
     GROUP BY topic, schema_id ORDER BY topic, schema_id`,
  );
  return rows.map(({ topic, schema_id, events }) => ({ topic, schemaId: BigInt(schema_id), events }));
}
