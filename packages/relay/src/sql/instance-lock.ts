import type pg from "pg";

/** "wayb" in ASCII, and the shard group. Advisory locks are the database's own, so other databases do not collide. */
const LOCK_CLASS = 0x77617962;
const LOCK_OBJECT = 0;

/**
 * The lock that keeps a second relay away. It belongs to the session: it goes when the connection does, however the
 * relay dies. Correctness does not rest on it (a pooler can break it) but on the cursor's epoch.
 */
export async function tryInstanceLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1, $2) AS locked", [
    LOCK_CLASS,
    LOCK_OBJECT,
  ]);
  return rows[0]?.locked === true;
}

/** Who holds the lock, in words. */
export async function describeLockHolder(client: pg.Client): Promise<string> {
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
