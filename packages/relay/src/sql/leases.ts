import type pg from "pg";
import type { Cursor } from "../cursors/cursor.ts";
import type { LeaseView } from "../leases/lease-plan.ts";
import { type CursorColumns, epochsByGroup, type HeldEpochs, toCursor } from "./cursor-store.ts";
import type { DatabaseIdentity } from "./database-identity.ts";

/** Told whenever a group becomes free or an instance comes: hand-over need not wait for anyone's next look. */
export const LEASE_CHANNEL = "waybill_lease";

/** A relay's row in `waybill.relay_instance`. */
export interface RelayInstance {
  /** UUID of this process. */
  readonly id: string;
  /** For people: the client id. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
}

/** A group that is held from now on. */
export interface ClaimedGroup {
  readonly group: number;
  readonly epoch: bigint;
  /** Where to go on. */
  readonly cursor: Cursor;
}

/** "wayb" in ASCII. Advisory locks are the database's own, so other databases do not collide. */
const LOCK_CLASS = 0x77617962;

/**
 * The instances that live: seen within their lease time, and, where their lock tells, still connected. A process that was
 * killed loses its connection, and with it the lock, at once: nobody waits for its leases to run out. One that only lost
 * the connection may still send what it has in memory, until its own fence stops it: repetitions of what its successor
 * reads from the same cursor, no inversions.
 *
 * $1 = the id of whoever asks. It lives, and most often alone: the list of all locks is not made for that.
 */
const LIVING = `SELECT i.id::text FROM waybill.relay_instance AS i
  WHERE i.id::text = $1 OR i.expires_at > clock_timestamp() AND (i.lock_key IS NULL OR EXISTS (
    SELECT FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${LOCK_CLASS}
      AND l.objid::bigint = i.lock_key AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))`;

/**
 * Whether a group may be taken: nobody's, over by this database's clock, of an instance that is gone, or this very
 * instance's from before it lost its connection. $1 = the instance's id.
 */
const IS_FREE = `(holder = $1 OR lease_until <= clock_timestamp() OR holder NOT IN (${LIVING})) IS NOT FALSE`;

/** Takes the lock that says that this connection lives. False when another holds it by chance. */
export async function lockInstance(client: pg.Client, lockKey: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1, $2) AS locked", [
    LOCK_CLASS,
    lockKey,
  ]);
  return rows[0]?.locked === true;
}

/**
 * Says that the instance lives, and renews the leases that it holds. Both times are the database's: $2 milliseconds from
 * when the statement runs. Tells the groups that were renewed: fewer than held means fenced.
 */
export async function renewLeases(
  client: pg.Client,
  { id, name, host, pid, version, lockKey }: RelayInstance & { readonly lockKey: number | null },
  leaseMs: number,
  held: HeldEpochs,
): Promise<number[]> {
  const { rows } = await client.query<{ shard_group: number }>({
    name: "waybill_renew_leases",
    text: `WITH alive AS (
        INSERT INTO waybill.relay_instance (id, name, host, pid, version, lock_key, expires_at)
        VALUES ($1::uuid, $3, $4, $5, $6, $9, clock_timestamp() + $2 * interval '1 millisecond')
        ON CONFLICT (id) DO UPDATE
        SET seen_at = clock_timestamp(), expires_at = excluded.expires_at, lock_key = excluded.lock_key
      )
      UPDATE waybill.relay_cursor SET lease_until = clock_timestamp() + $2 * interval '1 millisecond'
      WHERE shard_group = ANY ($7::smallint[]) AND epoch = ($8::bigint[])[shard_group + 1]
      RETURNING shard_group`,
    values: [id, leaseMs, name, host, pid, version, [...held.keys()], epochsByGroup(held), lockKey],
  });
  return rows.map((row) => row.shard_group);
}

/** Who lives, and what is free for `instanceId`. A read: it takes no transaction id. */
export async function readLeases(client: pg.Client, instanceId: string, held: readonly number[]): Promise<LeaseView> {
  const { rows } = await client.query<{ living: string[]; free: number[] }>({
    name: "waybill_read_leases",
    text: `SELECT
        ARRAY(${LIVING}) AS living,
        ARRAY(SELECT shard_group::int FROM waybill.relay_cursor
          WHERE ${IS_FREE} AND shard_group <> ALL ($2::smallint[])) AS free`,
    values: [instanceId, held],
  });
  return rows[0] as LeaseView;
}

export interface ClaimOptions {
  readonly instanceId: string;
  readonly leaseMs: number;
  readonly identity: DatabaseIdentity;
  /** Most groups. */
  readonly count: number;
  /** Groups that are held already. */
  readonly held: readonly number[];
}

/**
 * Takes free groups. A raised epoch fences whoever held them before. SKIP LOCKED: two that claim at once take different
 * ones, and nobody waits for a holder's save.
 */
export async function claimGroups(client: pg.Client, options: ClaimOptions): Promise<ClaimedGroup[]> {
  const { instanceId, leaseMs, identity, count, held } = options;
  const { rows } = await client.query<CursorColumns & { epoch: string }>(
    `WITH free AS MATERIALIZED (
       SELECT shard_group FROM waybill.relay_cursor
       WHERE ${IS_FREE} AND shard_group <> ALL ($7::smallint[])
       ORDER BY shard_group LIMIT $2 FOR UPDATE SKIP LOCKED
     )
     UPDATE waybill.relay_cursor AS c
     SET epoch = epoch + 1, holder = $1, acquired_at = clock_timestamp(),
       lease_until = clock_timestamp() + $3 * interval '1 millisecond',
       system_identifier = $4, timeline = $5, database_oid = $6
     FROM free WHERE c.shard_group = free.shard_group
     RETURNING c.shard_group, c.epoch, c.s1::text, c.s2::text, c.last_id`,
    [instanceId, count, leaseMs, identity.systemIdentifier, identity.timeline, identity.databaseOid, held],
  );
  return rows.map((row) => ({ group: row.shard_group, epoch: BigInt(row.epoch), cursor: toCursor(row) }));
}

/** Gives groups back, as far as they are still held, and tells the others. */
export async function releaseGroups(client: pg.Client, held: HeldEpochs): Promise<void> {
  await client.query(
    `WITH released AS (
       UPDATE waybill.relay_cursor SET holder = NULL, lease_until = NULL
       WHERE shard_group = ANY ($1::smallint[]) AND epoch = ($2::bigint[])[shard_group + 1] RETURNING shard_group
     )
     SELECT pg_notify('${LEASE_CHANNEL}', '') WHERE EXISTS (SELECT FROM released)`,
    [[...held.keys()], epochsByGroup(held)],
  );
}

/** Makes releases and arrivals of others wake this connection. */
export async function listenForLeases(client: pg.Client): Promise<void> {
  await client.query(`LISTEN ${LEASE_CHANNEL}`);
}

/** An instance has come or goes: the shares of all change. */
export async function announceInstance(client: pg.Client): Promise<void> {
  await client.query(`SELECT pg_notify('${LEASE_CHANNEL}', '')`);
}

/** Takes the instance from the list, together with those that have been gone for a day. */
export async function removeInstance(client: pg.Client, instanceId: string): Promise<void> {
  await client.query(
    `DELETE FROM waybill.relay_instance
     WHERE id = $1::uuid OR expires_at < clock_timestamp() - interval '1 day'`,
    [instanceId],
  );
}
