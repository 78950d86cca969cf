import pg from "pg";

/** About 2,000 versions of the cursors: with so many a save takes 80 us more than with one. */
const MOST_BYTES = 262_144;

/** PostgreSQL's SQLSTATE when lock_timeout is over. */
const LOCK_NOT_AVAILABLE = "55P03";

/** Frees the cursors' table of dead versions that an old transaction keeps, if there are many. Returns whether it did. */
export async function compactCursors(client: pg.Client): Promise<boolean> {
  try {
    const { rows } = await client.query<{ compacted: boolean }>({
      name: "waybill_compact_cursors",
      text: "SELECT waybill.compact_cursors($1) AS compacted",
      values: [MOST_BYTES],
    });
    return rows[0]?.compacted === true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE) return false; // the next look tries again
    throw error;
  }
}
