import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { databasePlace } from "../connect-to-postgres.ts";
import { RelayError } from "../errors.ts";

/** "wayb" in ASCII, and the shard group. Advisory locks are the database's own, so other databases do not collide. */
const LOCK_CLASS = 0x77617962;
const LOCK_OBJECT = 0;

/** A relay that has just died may hold the lock until the server has noticed. */
const WAIT_MS = 3_000;
const RETRY_MS = 100;

/** @throws RelayError ALREADY_RUNNING naming the holder */
export async function lockInstance(client: pg.Client, databaseUrl: string): Promise<void> {
  const giveUpAt = performance.now() + WAIT_MS;
  while (!(await tryInstanceLock(client))) {
    if (performance.now() > giveUpAt) {
      throw new RelayError(
        "ALREADY_RUNNING",
        `another relay publishes the outbox at ${databasePlace(databaseUrl)}: ${await describeLockHolder(client)}. One ` +
          "relay per database is enough; stop that one first to replace it.",
      );
    }
    await delay(RETRY_MS);
  }
}

/**
 * The lock that keeps a second relay away. It belongs to the session: it goes when the connection does, however the
 * relay dies. Correctness does not rest on it (a pooler can break it) but on the cursor's epoch.
 */
async function tryInstanceLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1, $2) AS locked", [
    LOCK_CLASS,
    LOCK_OBJECT,
  ]);
  return rows[0]?.locked === true;
}

/** Who holds the lock, in words. */
async function describeLockHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string; address: string | null; since: string }>(
    `SELECT a.pid, a.application_name AS name, host(a.client_addr) AS address,
       to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS since
     FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [LOCK_CLASS, LOCK_OBJECT],
  );
  const holder = rows[0];
  if (holder === undefined) return "a relay that has gone in this moment";
  return (
    `"${holder.name}" from ${holder.address ?? "a local socket"}, connected since ${holder.since} ` +
    `(PostgreSQL backend pid ${holder.pid})`
  );
}
