import type { Sandbox } from "@waybill/sandbox";
import pg from "pg";
import { setTimeout as delay } from "node:timers/promises";

const BLOCKED_BY_US = "SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))";
const SEND_WITHIN_MS = 2_000;

/**
 * Kills the relay at the worst moment: events are on the topics, and its cursor does not say so yet, so the next relay
 * has to send them again. That moment lasts about a millisecond; holding the cursor's row draws it out.
 *
 * @returns whether it had sent events that it could not save
 */
export async function killBetweenSendAndSave(sandbox: Sandbox): Promise<boolean> {
  const client = new pg.Client({ connectionString: sandbox.databaseUrl });
  await client.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT FROM waybill.relay_cursor FOR UPDATE");
    const sent = await waitsToSave(client);
    await sandbox.relay.kill();
    // The server does not notice that a waiting session's client is gone: its save would still go through.
    await client.query(`SELECT pg_terminate_backend(pid) FROM (${BLOCKED_BY_US}) AS blocked`);
    await client.query("ROLLBACK");
    return sent;
  } finally {
    await client.end();
  }
}

/** Whether the relay comes to wait for the row: it saves only what it has sent. */
async function waitsToSave(client: pg.Client): Promise<boolean> {
  const giveUpAt = performance.now() + SEND_WITHIN_MS;
  while (performance.now() < giveUpAt) {
    const { rowCount } = await client.query(BLOCKED_BY_US);
    if (rowCount !== 0) return true;
    await delay(5);
  }
  return false;
}
