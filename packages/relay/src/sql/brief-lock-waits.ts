import type pg from "pg";

/** Longer than any lock is held that nobody notices, and short beside a lease: other questions wait behind it. */
const MOST_MS = 50;

/**
 * Asks what touches waybill.outbox and can be left for later: while an ALTER TABLE or a VACUUM FULL holds it, leases are to be
 * renewed all the same, on the same connection. All three statements are asked at once, so that none of others comes between
 * them.
 *
 * @param client whose queries take turns
 * @throws the database driver's error, with SQLSTATE 55P03 when a lock is not to be had
 */
export async function withBriefLockWaits<T>(client: pg.Client, ask: () => Promise<T>): Promise<T> {
  const [, answer] = await Promise.all([
    client.query(`SET lock_timeout = ${MOST_MS}`),
    ask(),
    client.query("SET lock_timeout = 0"),
  ]);
  return answer;
}
