import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { eventually, type TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { takeTurns } from "../src/database/take-turns.ts";
import { createLogger } from "../src/observability/logger.ts";
import { createMetrics } from "../src/observability/metrics.ts";
import { Retention } from "../src/retention/retention.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { ReaderSession } from "./reader-session.ts";
import { slotAhead } from "./ring-rows.ts";

/**
 * 100,000 events in every build. The long form, 10 minutes for both cases:
 *
 *   WAYBILL_BLOAT_EVENTS=5000000 pnpm test packages/relay/test/bloat
 */
const EVENTS = Number(process.env["WAYBILL_BLOAT_EVENTS"] ?? 100_000);
const CHUNK = 5_000;
const TENTH = EVENTS / 10;
const MEGABYTE = 1_000_000;
/** On disk, with its indexes (measured: 690). */
const EVENT_BYTES = 650;
/** What compact_cursors leaves alone, 131,072 bytes of table, and what is saved between two of its calls. */
const CURSOR_BYTES = 400_000;

let database: TestDatabase;
let client: pg.Client;
let control: pg.Client;
let writer: pg.Client;
let holder: pg.Client;

beforeEach(async () => {
  database = await createOutboxDatabase();
  [client, control, writer, holder] = await Promise.all([
    connect(database.url),
    connect(database.url),
    connect(database.url),
    connect(database.url),
  ]);
  await client.query(sessionSettings);
  takeTurns(control);
  await control.query(sessionSettings);
});
afterEach(async () => {
  await Promise.all([client, control, writer, holder].map((each) => each.end()));
  await database.drop();
});

it.each([
  {
    transaction: "has not used the outbox",
    pin: pinSnapshot,
    peak: Math.min(0.8 * EVENTS * EVENT_BYTES, 250 * MEGABYTE),
  },
  { transaction: "has written to it", pin: pinSnapshotAndSlot, peak: 0.8 * EVENTS * EVENT_BYTES },
])(
  `keeps the tables small while ${EVENTS} events go through and an old transaction that $transaction is open`,
  async ({ transaction, pin, peak }) => {
    // The ring comes round every 8 s, with nothing to keep.
    await control.query("SELECT waybill.set_slot_seconds(1)");
    const retention = createRetention();
    await pin();
    const reader = createReader();
    await reader.claim();
    const most = { outbox: 0, cursor: 0 };
    let truncated = 0;
    const sweep = async () => {
      const before = await sizes();
      truncated += (await retention.runOnce()).length;
      most.outbox = Math.max(most.outbox, before.outbox);
      most.cursor = Math.max(most.cursor, before.cursor);
    };
    for (let events = 0; events < EVENTS; events += CHUNK) {
      await insert(CHUNK);
      await readAll(reader);
      await sweep();
      // However fast the machine is: each tenth of the events has slots of its own, and the ring comes round.
      if ((events + CHUNK) % TENTH === 0) await nextSlot();
    }
    // Neither the open snapshot nor the slot that its transaction may have written to keeps the other slots.
    await eventually(async () => (await sweep(), truncated > 0));
    const whilePinned = await sizes();
    expect(most.outbox).toBeLessThan(peak);
    expect(most.cursor).toBeLessThan(CURSOR_BYTES);
    await holder.query("COMMIT");
    await eventually(async () => {
      await readAll(reader);
      await sweep();
      return (await sizes()).outbox < MEGABYTE;
    }, 120_000);
    const after = await sizes();
    console.log(JSON.stringify({ transaction, EVENTS, truncated, most, whilePinned, after }));
    expect(after.cursor).toBeLessThan(CURSOR_BYTES);
    expect(truncated).toBeGreaterThan(1);
  },
  60_000 + EVENTS,
);

async function nextSlot(): Promise<void> {
  const current = await slotAhead(client, 0);
  await eventually(async () => (await slotAhead(client, 0)) !== current);
}

/** A snapshot and a transaction id that keep every dead row version. */
async function pinSnapshot(): Promise<void> {
  await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await holder.query("SELECT pg_current_xact_id()");
}

/** And an event of a slot that cannot be emptied until the end: an eighth of all events stay, as the ring comes round. */
async function pinSnapshotAndSlot(): Promise<void> {
  await pinSnapshot();
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

function createReader(): ReaderSession {
  const deliver = () => {};
  return new ReaderSession({ client, instanceId: "one", batchSize: 1_000, maxBatchBytes: 16_000_000, deliver });
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
