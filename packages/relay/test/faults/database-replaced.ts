import { expect } from "@jest/globals";
import { eventually, type PostgresServer, startPostgresServer } from "@waybill/harness";
import type pg from "pg";
import { operatorCli } from "../operator-cli.ts";
import { connect } from "../outbox-database.ts";
import type { Fault } from "./fault.ts";
import { postgresSettings } from "./fault-rig.ts";
import type { FaultRun } from "./fault-run.ts";
import { type RelayExit, someReady } from "./relay-crew.ts";
import { flushWal, noteCrash } from "./wal.ts";

const MOST_CRASHES = 10;

/**
 * Faults after which the database is not what it was: it has forgotten transactions, or is another one. What was
 * published and then forgotten stays on the topic; of what the database still has, nothing may be lost.
 */
export const databaseReplaced: readonly Fault[] = [
  {
    name: "PostgreSQL crashes with asynchronous commit: transaction ids are given out again",
    postgres: { synchronous_commit: "off", wal_writer_delay: "10s" },
    writers: { prepares: false },
    mayForget: true,
    play: (run) => run.strikeRepeatedly(() => crashAndForget(run)),
  },
  {
    name: "PostgreSQL goes back to an older backup of its files",
    postgres: {},
    mayForget: true,
    play: restoreOlderCopy,
  },
  {
    name: "failover to a hot standby, which is refused until it is promoted",
    postgres: {},
    mayForget: true,
    play: failOver,
  },
  {
    name: "the rows are copied into another cluster: refused, then `adopt --republish-all`",
    postgres: {},
    play: moveToAnotherCluster,
  },
];

/** Crashes until something was forgotten: retention's TRUNCATE, always synchronous, may put all on disk at the last instant. */
async function crashAndForget(run: FaultRun): Promise<void> {
  let crashes = 1;
  // With exactly-once relays flush the log before each batch: at times nothing is left to be forgotten.
  while (!(await crash(run)) && !run.isExactlyOnce) expect(++crashes).toBeLessThanOrEqual(MOST_CRASHES);
}

/** Whether transaction ids are given out again. */
async function crash(run: FaultRun): Promise<boolean> {
  const flushedAt = await flushWal(run);
  await run.progress();
  run.endWriters();
  await useUpXids(run);
  const before = await newestXid(run);
  await run.postgres.crash();
  await noteCrash(run, flushedAt);
  await run.postgres.start();
  await run.stopWriters();
  const hasForgotten = (await newestXid(run)) < before;
  await run.skipVersions();
  run.startWriters();
  return hasForgotten;
}

/** More than relays and writers take between the server's return and the look at what it gives out. */
async function useUpXids(run: FaultRun): Promise<void> {
  await run.query("DO $$ BEGIN FOR n IN 1..1000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
}

async function newestXid(run: FaultRun): Promise<number> {
  const [row] = await run.query<{ xmax: string }>("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xmax");
  return Number(row?.xmax);
}

async function restoreOlderCopy(run: FaultRun): Promise<void> {
  await run.progress();
  await run.postgres.stop();
  run.noteStrike("session"); // its cursor lacks what is in flight
  const backup = await run.postgres.copyWhileStopped();
  await run.topic.readToEnd();
  const storedThen = run.topic.records.length;
  await run.postgres.start();
  try {
    await run.strikeRepeatedly(async () => {
      const refusals = refusalsOf(run).length;
      run.endWriters();
      await run.postgres.stop();
      // Events of before the backup that were published after it; and what was in flight at each stop.
      await run.topic.readToEnd();
      run.republishes(run.topic.records.length - storedThen);
      run.noteStrike("session");
      // `adopt` goes back to the backup's own cursors, which lack what was in flight when it was taken.
      if (run.isExactlyOnce) run.republishes(run.mostInFlight);
      await run.postgres.restoreFrom(backup);
      await run.postgres.start();
      await run.stopWriters();
      await run.skipVersions();
      run.startWriters();
      // Only Kafka knows what this database has never been in; applications go on meanwhile.
      if (run.isExactlyOnce) {
        await eventually(() => refusalsOf(run).length > refusals);
        await adopt(run, "--keep-position");
        await someReady(run.crew);
      }
    });
  } finally {
    await backup.remove();
  }
}

async function failOver(run: FaultRun): Promise<void> {
  const primary = run.postgres;
  const standby = await primary.createStandby();
  run.onCleanUp(() => standby.remove());
  await run.progress();
  run.moveDatabase(standby); // too early: before the promotion
  for (const { toDatabase } of run.routes) toDatabase.reset();
  run.noteStrike("session");
  await eventually(async () => {
    const answers = await Promise.all(run.crew.map((member) => member.readiness()));
    return answers.some((answer) => answer?.text.includes("is a standby"));
  });
  run.endWriters();
  await primary.crash();
  await run.query("SELECT pg_promote()");
  await run.stopWriters();
  await run.skipVersions();
  run.startWriters();
  await someReady(run.crew);
  // The standby may be behind by all that came after its last message: its cursor then is as well.
  if (!run.isExactlyOnce || hasLeftKafkaAside(run)) run.republishes(run.topic.records.length);
  await run.progress();
}

async function moveToAnotherCluster(run: FaultRun): Promise<void> {
  await run.progress();
  const other = await startPostgresServer(postgresSettings);
  run.onCleanUp(() => other.remove());
  await run.stopWriters();
  await copyDatabase(run, other);
  run.republishes(run.topic.records.length);
  run.moveDatabase(other);
  for (const { toDatabase } of run.routes) toDatabase.reset();
  run.noteStrike("session");
  const refusal = await eventually(() => refusalsOf(run)[0]);
  expect(refusal.status).toBe(1);
  expect(refusal.message).toContain("`outbox-relay adopt --help` tells how to go on.");
  await adopt(run, "--republish-all");
  await someReady(run.crew);
  run.startWriters();
  await run.progress();
}

function refusalsOf(run: FaultRun): RelayExit[] {
  return run.crew.flatMap((member) => member.exits).filter(({ message }) => message.includes("adopt"));
}

function hasLeftKafkaAside(run: FaultRun): boolean {
  return run.crew.some((member) => member.log.some(({ msg }) => msg.includes("in Kafka is left aside")));
}

/** The tables that the run knows, row by row, as a logical copy takes them. */
async function copyDatabase(run: FaultRun, to: PostgresServer): Promise<void> {
  const rows = new Map<string, string>();
  const tables = ["waybill.schema", "waybill.outbox", "waybill.relay_cursor", "stress.aggregate", "stress.audit"];
  for (const table of tables) {
    const [row] = await run.query<{ rows: string }>(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`);
    rows.set(table, row?.rows ?? "[]");
  }
  await run.createDatabaseOn(to);
  const target = await connect(run.urlOn(to));
  for (const [table, json] of rows) {
    await target.query(`DELETE FROM ${table}`);
    const columns = await writableColumns(target, table);
    await target.query(
      `INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE
       SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1)`,
      [json],
    );
  }
  await target.query(
    `SELECT setval(pg_get_serial_sequence('waybill.outbox', 'id'), 1000 + greatest(
       (SELECT max(id) FROM waybill.outbox), (SELECT max(last_id) FROM waybill.relay_cursor)))`,
  );
  await target.end();
}

async function writableColumns(client: pg.Client, table: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped`,
    [table],
  );
  return rows.map(({ name }) => name).join(", ");
}

/** A supervised relay takes the lock for a moment at every start: until adopt finds it free. */
async function adopt(run: FaultRun, how: "--keep-position" | "--republish-all"): Promise<void> {
  await eventually(async () => {
    const { code, stderr } = await operatorCli(["adopt", how, "--database-url", run.databaseUrl]);
    if (code !== 0 && !stderr.includes("another relay")) throw new Error(stderr);
    return code === 0;
  });
}
