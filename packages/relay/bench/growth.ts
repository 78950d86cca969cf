/**
 * Whether an event costs the database more as the table grows, and while an old transaction is open: server CPU of the
 * reader's backend per event, from 10^3 rows to 10^7.
 *
 *   node --conditions=@waybill/source packages/relay/bench/growth.ts [largest power of ten, default 7]
 *
 * CPU time rather than latency, as it hardly depends on what else the machine does. Linux only: /proc/<pid>/schedstat.
 */
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { migrate } from "@waybill/outbox";
import { startPostgres } from "@waybill/sandbox/postgres";
import pg from "pg";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { compactCursors } from "../src/sql/compact-cursors.ts";
import type { Strand } from "../src/strand.ts";
import { ReaderSession } from "../test/reader-session.ts";

const LOADED_AT_ONCE = 100_000;
/** Steady state: so many polls, each of which finds this many events. */
const POLLS = 2_000;
const EVENTS_OF_A_POLL = 5;
const BACKLOG = 50_000;
const BATCH = 1_000;

interface Session {
  readonly client: pg.Client;
  readonly reader: ReaderSession;
  readonly cpuMicros: () => number;
}

async function main(): Promise<void> {
  const largest = Number(process.argv[2] ?? 7);
  const postgres = await startPostgres({ settings: { fsync: "off", max_wal_size: "4GB" } });
  const writer = await connect(postgres.url);
  await migrate(writer);
  console.log(`load average ${loadavg()[0]?.toFixed(1)}; us of server CPU per event`);
  console.log("| rows | old transaction | steady: reading | steady: saving | backlog |");
  console.log("|---|---|---|---|---|");
  let rows = 0;
  for (let power = 3; power <= largest; power++) {
    rows = await fill(writer, rows, 10 ** power);
    for (const isPinned of [false, true]) {
      const holder = await connect(postgres.url);
      if (isPinned) await pin(holder);
      const session = await openSession(postgres.url);
      const steady = await measureSteadyState(session, writer);
      const backlog = await measureBacklog(session, writer);
      rows += 1.1 * POLLS * EVENTS_OF_A_POLL + BACKLOG;
      const figures = [steady.reading, steady.saving, backlog].map((micros) => micros.toFixed(1));
      console.log(`| 10^${power} | ${isPinned ? "open" : "none"} | ${figures.join(" | ")} |`);
      await Promise.all([holder.end(), session.client.end()]);
    }
  }
  console.log(`load average ${loadavg()[0]?.toFixed(1)}`);
  await writer.end();
  await postgres.stop();
}

/** A snapshot and a transaction id that stay: no row version newer than these can be removed. */
async function pin(client: pg.Client): Promise<void> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await client.query("SELECT pg_current_xact_id()");
}

async function fill(writer: pg.Client, from: number, to: number): Promise<number> {
  for (let rows = from; rows < to; rows += LOADED_AT_ONCE) await insert(writer, Math.min(LOADED_AT_ONCE, to - rows));
  return Math.max(from, to);
}

/** Rows of 250 bytes of payload and 200 of headers, of 1,000 keys. */
async function insert(writer: pg.Client, rows: number): Promise<void> {
  await writer.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     SELECT gen_random_uuid(), 'orders.order', 'key-' || n % 1000, 1, decode(repeat('ab', 250), 'hex'),
       decode(repeat('cd', 200), 'hex') FROM generate_series(1, $1::int) AS n`,
    [rows],
  );
}

/** A reader that has read everything. */
async function openSession(url: string): Promise<Session> {
  const client = await connect(url);
  await client.query(sessionSettings);
  await client.query(
    "UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot(), s2 = NULL, last_id = 0, lease_until = NULL",
  );
  const deliver = () => {};
  const reader = new ReaderSession({
    client,
    instanceId: "growth",
    batchSize: BATCH,
    maxBatchBytes: 16_000_000,
    deliver,
  });
  await reader.claim();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const schedstat = `/proc/${rows[0]?.pid}/schedstat`;
  return { client, reader, cpuMicros: () => Number(readFileSync(schedstat, "utf8").split(" ")[0]) / 1_000 };
}

async function measureSteadyState(
  { reader, cpuMicros }: Session,
  writer: pg.Client,
): Promise<{ reading: number; saving: number }> {
  let [reading, saving, events] = [0, 0, 0];
  for (let poll = -POLLS / 10; poll < POLLS; poll++) {
    await insert(writer, EVENTS_OF_A_POLL);
    const before = cpuMicros();
    const batch = await reader.read(reader.strands.all[0] as Strand);
    const between = cpuMicros();
    if (batch === null) continue;
    await reader.save(batch);
    // Twice as seldom as a relay at this rate would.
    if (poll % 400 === 0) await compactCursors(writer);
    if (poll < 0) continue; // warms up caches and plans
    reading += between - before;
    saving += cpuMicros() - between;
    events += batch.events;
  }
  return { reading: reading / events, saving: saving / events };
}

async function measureBacklog({ reader, cpuMicros }: Session, writer: pg.Client): Promise<number> {
  await insert(writer, BACKLOG);
  let events = 0;
  const before = cpuMicros();
  while (events < BACKLOG) events += await reader.readOnce();
  return (cpuMicros() - before) / events;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

await main();
