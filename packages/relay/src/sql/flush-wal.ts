import type pg from "pg";

/**
 * Returns when every transaction that a snapshot taken before sees, and the snapshot's transaction ids themselves, will
 * survive a crash of the server: also those that committed asynchronously.
 *
 * A message that is transactional takes a transaction id above all of the snapshot's, and its commit waits for the WAL up
 * to it. Both are needed: ids of transactions that wrote nothing are in no WAL, and would be given out again after a crash
 * if no higher one were; rows of new transactions would then bear ids that the cursor takes for published. Since PostgreSQL
 * 17 a message can be flushed without a transaction, which would not do for that reason.
 *
 * Measured: 0.3 to 0.5 ms on a local disk that does not lie about fsync in 0.2 ms; waits for a synchronous standby too.
 */
export async function flushWal(client: pg.Client): Promise<void> {
  await client.query({
    name: "waybill_flush_wal",
    text: `SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'waybill', '')`,
  });
}
