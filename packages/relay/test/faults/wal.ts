import { withClient } from "../outbox-database.ts";
import type { FaultRun } from "./fault-run.ts";

/** Makes all commits so far durable; resolves to how many records the topic held before. */
export async function flushWal(run: FaultRun): Promise<number> {
  await run.topic.readToEnd();
  const stored = run.topic.records.length;
  await withClient(run.databaseUrl, async (client) => {
    await client.query("SET synchronous_commit = on");
    await client.query("SELECT pg_logical_emit_message(true, 'fault', '')");
  });
  return stored;
}

/** Relays save their cursors by asynchronous commits: a crash may forget all saves since the WAL was flushed. */
export async function noteCrash(run: FaultRun, flushedAt: number): Promise<void> {
  await run.topic.readToEnd();
  run.mayRepeat(run.topic.records.length - flushedAt);
  run.noteStrike("session");
}
