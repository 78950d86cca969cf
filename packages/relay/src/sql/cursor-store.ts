import type pg from "pg";
import type { Cursor } from "../cursors/cursor.ts";
import { SHARD_GROUPS } from "../cursors/shard-groups.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import { RelayError } from "../errors.ts";
import type { DatabaseIdentity } from "./database-identity.ts";

export interface StoredCursor {
  readonly group: number;
  readonly cursor: Cursor;
  /** Where the cursor was made; null before its first use. */
  readonly identity: DatabaseIdentity | null;
}

/** The columns of a cursor as `pg` gives them. */
export interface CursorColumns {
  readonly shard_group: number;
  readonly s1: string;
  readonly s2: string | null;
  readonly last_id: string;
}

interface CursorRow extends CursorColumns {
  readonly system_identifier: string | null;
  readonly timeline: number | null;
  readonly database_oid: number | null;
}

/** Groups that are held, each with the epoch that its claim gave it. */
export type HeldEpochs = ReadonlyMap<number, bigint>;

/** The cursors of all groups. @throws RelayError MIGRATION_MISSING when rows are not there */
export async function loadCursors(client: pg.Client): Promise<StoredCursor[]> {
  const { rows } = await client.query<CursorRow>(
    `SELECT shard_group, s1::text, s2::text, last_id, system_identifier, timeline, database_oid
     FROM waybill.relay_cursor ORDER BY shard_group`,
  );
  if (rows.length < SHARD_GROUPS) {
    throw new RelayError(
      "MIGRATION_MISSING",
      `waybill.relay_cursor has ${rows.length} rows, not ${SHARD_GROUPS}: run \`outbox-relay migrate\`; when it says that ` +
        "all is up to date, rows were deleted: insert them again with s1 = '3:3:' (everything in the outbox then counts " +
        "as unpublished)",
    );
  }
  return rows.map((row) => ({ group: row.shard_group, cursor: toCursor(row), identity: toIdentity(row) }));
}

export function toCursor({ s1, s2, last_id }: CursorColumns): Cursor {
  return { s1: parseSnapshot(s1), s2: s2 === null ? null : parseSnapshot(s2), lastId: Number(last_id) };
}

function toIdentity({ system_identifier, timeline, database_oid }: CursorRow): DatabaseIdentity | null {
  if (database_oid === null) return null;
  return { systemIdentifier: system_identifier, timeline, databaseOid: database_oid };
}

/** The epochs as an array with one element for each group: what the statements compare by. */
export function epochsByGroup(held: HeldEpochs): (bigint | null)[] {
  return Array.from({ length: SHARD_GROUPS }, (_, group) => held.get(group) ?? null);
}

/**
 * Saves one cursor for several groups, and renews their leases, as whoever saves is alive.
 *
 * @throws RelayError CURSOR_FENCED when someone else has taken one of the groups over since
 */
export async function saveCursor(
  client: pg.Client,
  { held, leaseMs }: { readonly held: HeldEpochs; readonly leaseMs: number },
  { s1, s2, lastId }: Cursor,
): Promise<void> {
  const { rowCount } = await client.query({
    name: "waybill_save_cursor",
    text: `UPDATE waybill.relay_cursor
      SET s1 = $3::pg_snapshot, s2 = $4::pg_snapshot, last_id = $5, saved_at = clock_timestamp(),
        lease_until = clock_timestamp() + $6 * interval '1 millisecond'
      WHERE shard_group = ANY ($1::smallint[]) AND epoch = ($2::bigint[])[shard_group + 1]`,
    values: [[...held.keys()], epochsByGroup(held), s1.text, s2?.text ?? null, lastId, leaseMs],
  });
  if (rowCount !== held.size) throw fenced();
}

/** Someone else has raised an epoch. */
export function fenced(): RelayError {
  return new RelayError(
    "CURSOR_FENCED",
    "another relay has taken over shards of this one while it was paused or cut off: nothing of them was saved, and " +
      "this one starts over from the stored cursors before it publishes again",
  );
}
