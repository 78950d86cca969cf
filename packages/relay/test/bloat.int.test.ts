import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventually, type TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { createLogger } from "../src/logger.ts";
import { createMetrics } from "../src/metrics.ts";
import { Retention } from "../src/retention.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { ReaderSession } from "./reader-session.ts";

/** The short form of every build; 5,000,000 is the long one. */
const EVENTS = Number(process.env["WAYBILL_BLOAT_EVENTS"] ?? 100_000);
const CHUNK = 5_000;
const MEGABYTE = 1_000_000;

let database: TestDatabase;
let client: pg.Client;
let control: pg.Client;
let writer: pg.Client;
let holder: pg.Client;

beforeAll(async () => {
  database = await createOutboxDatabase();
  [client, control, writer, holder] = await Promise.all([
    connect(database.url),
    connect(database.url),
    connect(database.url),
    connect(database.url),
  ]);
  await client.query(sessionSettings);
  await control.query(sessionSettings);
});
afterAll(async () => {
  await Promise.all([client, control, writer, holder].map((each) => each.end()));
  await database.drop();
});

it(
  `keeps the table small while ${EVENTS} events go through and an old transaction is open, and after it`,
  async () => {
    // The ring comes round every 8 s, with nothing to keep.
    await control.query("SELECT waybill.set_slot_seconds(1)");
    const retention = createRetention();
    await openOldTransaction();
    const deliver = () => {};
    const reader = new ReaderSession({
      client,
      instanceId: "one",
      batchSize: 1_000,
      maxBatchBytes: 16_000_000,
      deliver,
    });
    await reader.claim();
    let peakBytes = 0;
    let truncated = 0;
    const sweep = async () => {
      truncated += (await retention.runOnce()).length;
      peakBytes = Math.max(peakBytes, (await sizes()).outbox);
    };
    for (let events = 0; events < EVENTS; events += CHUNK) {
      await insert(CHUNK);
      await readAll(reader);
      await sweep();
    }
    // Neither the open snapshot nor the slot that its transaction has written to keeps the other slots.
    await eventually(async () => (await sweep(), truncated > 0));
    const whilePinned = await sizes();
    await holder.query("COMMIT");
    await eventually(async () => {
      await readAll(reader);
      await sweep();
      return (await sizes()).outbox < MEGABYTE;
    }, 120_000);
    const after = await sizes();
    console.log(JSON.stringify({ EVENTS, truncated, peakBytes, whilePinned, after }));
    expect(after.outbox).toBeLessThan(MEGABYTE);
    expect(after.cursor).toBeLessThan(MEGABYTE);
    expect(truncated).toBeGreaterThan(1);
  },
  60_000 + EVENTS,
);

/** A snapshot that keeps every dead row version, and an event of a slot that cannot be emptied until the end. */
async function openOldTransaction(): Promise<void> {
  await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await holder.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     VALUES (gen_random_uuid(), 't', 'held', 1, '', '\\x00')`,
  );
}

function insert(rows: number): Promise<unknown> {
  return writer.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     SELECT gen_random_uuid(), 't', 'k' || n % 1000, 1, decode(repeat('ab', 250), 'hex'), decode(repeat('cd', 200), 'hex')
     FROM generate_series(1, $1::int) AS n`,
    [rows],
  );
}

async function readAll(reader: ReaderSession): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const events = await reader.readOnce();
    quiet = events === 0 && !reader.isInWindow ? quiet + 1 : 0;
  }
}

async function sizes(): Promise<{ outbox: number; cursor: number }> {
  const { rows } = await control.query<{ outbox: number; cursor: number }>(
    `SELECT (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
        WHERE inhparent = 'waybill.outbox'::regclass)::float8 AS outbox,
       pg_total_relation_size('waybill.relay_cursor')::float8 AS cursor`,
  );
  return rows[0] as { outbox: number; cursor: number };
}

function createRetention(): Retention {
  return new Retention({
    client: control,
    isOurs: () => true,
    retentionHours: 0,
    metrics: createMetrics(),
    logger: createLogger("error", { write: () => {} }),
    now: () => performance.now(),
  });
}
