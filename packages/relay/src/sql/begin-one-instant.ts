import type pg from "pg";

/**
 * Begins a transaction all of whose statements see one instant.
 *
 * The cursors are locked before its snapshot is taken (LOCK TABLE takes none): waybill.compact_cursors writes them anew by
 * TRUNCATE, and a snapshot from before it would show no cursor at all once it has committed.
 */
export async function beginOneInstant(client: pg.Client): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query("LOCK TABLE waybill.relay_cursor IN ACCESS SHARE MODE");
}
