import type pg from "pg";

export interface EventSchema {
  readonly recordName: string;
  /** The schema's text, exactly as the writer's code holds it. */
  readonly definition: string;
}

/** The schema that an event was written with, or null when a writer stored none. */
export async function readEventSchema(client: pg.Client, schemaId: bigint): Promise<EventSchema | null> {
  // Several rows of one id hold the same text: any will do.
  const { rows } = await client.query<{ record_name: string; definition: string }>(
    "SELECT record_name, definition FROM waybill.schema WHERE id = $1 LIMIT 1",
    [schemaId],
  );
  const row = rows[0];
  return row === undefined ? null : { recordName: row.record_name, definition: row.definition };
}
