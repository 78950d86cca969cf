import type pg from "pg";
import type { DatabaseIdentity } from "./database-identity.ts";

/**
 * The upper half of an epoch is the second of the latest adoption: cursors that were kept elsewhere, under epochs of before,
 * count no more. A time rather than a count, which a database that was set back would reach again.
 */
const ADOPTION_BITS = 32;
const NEXT_ADOPTION = `greatest((epoch >> ${ADOPTION_BITS}) + 1, extract(epoch FROM clock_timestamp())::bigint)`;

/** Of a lease that has this epoch: seconds since 1970, or 0. */
export function adoptionOf(epoch: bigint): bigint {
  return epoch >> BigInt(ADOPTION_BITS);
}

/**
 * Takes the cursors as they stand for this database's. Right only where the transaction ids went on. The raised epochs
 * fence relays that run: they start over.
 */
export async function adoptCursor(client: pg.Client, identity: DatabaseIdentity): Promise<void> {
  await client.query(
    `UPDATE waybill.relay_cursor
     SET epoch = ${NEXT_ADOPTION} << ${ADOPTION_BITS}, holder = NULL, lease_until = NULL,
       system_identifier = $1, timeline = $2, database_oid = $3`,
    [identity.systemIdentifier, identity.timeline, identity.databaseOid],
  );
}

/**
 * Makes every row unpublished, whatever transaction id it brought along: all of them get the id of one transaction, so
 * they come in one window and in order of id. Returns how many there are.
 */
export async function republishAll(client: pg.Client, identity: DatabaseIdentity): Promise<number> {
  await client.query("BEGIN");
  try {
    const { rowCount } = await client.query("UPDATE waybill.outbox SET xid = pg_current_xact_id()");
    await client.query("UPDATE waybill.relay_cursor SET s1 = '3:3:', s2 = NULL, last_id = 0");
    await adoptCursor(client, identity);
    await client.query("COMMIT");
    return rowCount ?? 0;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
