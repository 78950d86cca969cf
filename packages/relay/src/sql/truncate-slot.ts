import pg from "pg";

/** What came of an attempt to empty a slot. `locked`: somebody has used it in a transaction that is still open. */
export type TruncateOutcome = "truncated" | "empty" | "current" | "unpublished" | "retained" | "locked";

/** PostgreSQL's SQLSTATE when lock_timeout is over. */
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * One statement, so that no lock is ever held while the server waits for us: a relay that is killed or stopped at any
 * instant leaves behind a server that finishes by itself. The function checks again what was decided from outside.
 */
export async function truncateSlot(client: pg.Client, slot: number, retentionMs: number): Promise<TruncateOutcome> {
  try {
    const { rows } = await client.query<{ outcome: TruncateOutcome }>(
      "SELECT waybill.truncate_slot($1::smallint, $2::float8 * interval '1 millisecond') AS outcome",
      [slot, retentionMs],
    );
    return (rows[0] as { outcome: TruncateOutcome }).outcome;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) return "locked";
    throw error;
  }
}
