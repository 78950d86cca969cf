import type pg from "pg";
import type { Cursor } from "../cursor.ts";
import { RelayError } from "../errors.ts";
import { parseSnapshot } from "../snapshot.ts";
import type { DatabaseIdentity } from "./database-identity.ts";

/** The one group of all 64 shards. */
const SHARD_GROUP = 0;

export interface StoredCursor {
  readonly cursor: Cursor;
  /** Where the cursor was made; null before its first use. */
  readonly identity: DatabaseIdentity | null;
}

interface CursorRow {
  readonly s1: string;
  readonly s2: string | null;
  readonly last_id: string;
  readonly system_identifier: string | null;
  readonly timeline: number | null;
  readonly database_oid: number | null;
}

/** @throws RelayError MIGRATION_MISSING when the row is not there */
export async function loadCursor(client: pg.Client): Promise<StoredCursor> {
  const { rows } = await client.query<CursorRow>(
    `SELECT s1::text, s2::text, last_id, system_identifier, timeline, database_oid
     FROM waybill.relay_cursor WHERE shard_group = $1`,
    [SHARD_GROUP],
  );
  const row = rows[0];
  if (row === undefined) {
    throw new RelayError(
      "MIGRATION_MISSING",
      "waybill.relay_cursor has no row: run `outbox-relay migrate`, which inserts it (everything in the outbox then " +
        "counts as unpublished)",
    );
  }
  return {
    cursor: {
      s1: parseSnapshot(row.s1),
      s2: row.s2 === null ? null : parseSnapshot(row.s2),
      lastId: BigInt(row.last_id),
    },
    identity:
      row.database_oid === null
        ? null
        : { systemIdentifier: row.system_identifier, timeline: row.timeline, databaseOid: row.database_oid },
  };
}

/**
 * Takes the cursor over: from here on only saves with the returned epoch succeed.
 *
 * @param holder who takes it, for people
 */
export async function claimCursor(client: pg.Client, identity: DatabaseIdentity, holder: string): Promise<bigint> {
  const { rows } = await client.query<{ epoch: string }>(
    `UPDATE waybill.relay_cursor
     SET epoch = epoch + 1, system_identifier = $2, timeline = $3, database_oid = $4, holder = $5,
       acquired_at = clock_timestamp()
     WHERE shard_group = $1 RETURNING epoch`,
    [SHARD_GROUP, identity.systemIdentifier, identity.timeline, identity.databaseOid, holder],
  );
  return BigInt((rows[0] as { epoch: string }).epoch);
}

/** @throws RelayError CURSOR_FENCED when someone else has taken the cursor over since */
export async function saveCursor(client: pg.Client, epoch: bigint, { s1, s2, lastId }: Cursor): Promise<void> {
  const { rowCount } = await client.query({
    name: "waybill_save_cursor",
    text: `UPDATE waybill.relay_cursor
      SET s1 = $3::pg_snapshot, s2 = $4::pg_snapshot, last_id = $5, saved_at = clock_timestamp()
      WHERE shard_group = $1 AND epoch = $2`,
    values: [SHARD_GROUP, epoch, s1.text, s2?.text ?? null, lastId],
  });
  if (rowCount === 0) {
    throw new RelayError(
      "CURSOR_FENCED",
      "another relay has taken over this database's outbox while this one was paused or cut off: nothing was saved, " +
        "and this one reconnects before it publishes again",
    );
  }
}
