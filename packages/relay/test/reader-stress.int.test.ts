import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";
import { OutboxReader } from "../src/outbox-reader.ts";
import { claimCursor, loadCursor } from "../src/sql/cursor-store.ts";
import { currentSnapshot } from "../src/sql/current-snapshot.ts";
import { readDatabaseIdentity } from "../src/sql/database-identity.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { windowParameters, windowQuery } from "../src/sql/window-query.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressSchema, runStressWriters, type StressOptions, stressedVersion } from "./stress-writers.ts";

const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);
const SEED = 20_261_121;

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  database = await createOutboxDatabase();
  await createStressSchema(database.url);
  client = await connect(database.url);
  await client.query(sessionSettings);
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

it.each([
  { batchSize: 1_000, crashes: 0, path: "small windows" },
  { batchSize: 5, crashes: 0, path: "backlog" },
  { batchSize: 5, crashes: 0.05, path: "backlog, with crashes" },
  { batchSize: 1_000, crashes: 0.05, path: "small windows, with crashes" },
])("loses and inverts nothing under stress: $path", async ({ batchSize, crashes }) => {
  const checker = new DeliveryChecker();
  const reader = await openReader(batchSize);
  const writing = watch(runStressWriters(stress()));
  const random = seededRandom(SEED);
  let deliveredWhileHeld = 0;
  for (let quietReads = 0; quietReads < 3; ) {
    const wasWriting = !writing.isDone;
    const batch = await reader.read();
    for (const { key, payload } of batch?.events ?? []) checker.deliver(String(key), stressedVersion(payload));
    if (random() < crashes) {
      await reader.reload(); // dies after publishing and before saving
      continue;
    }
    if (batch !== null) await reader.checkpoint(batch);
    if (random() < crashes) await reader.reload();
    if (!writing.isDone) deliveredWhileHeld = checker.delivered;
    if (!wasWriting) quietReads = batch === null && !reader.isInWindow ? quietReads + 1 : 0;
    await nextTurn();
  }
  await writing.result;
  const report = await checker.report(client);
  expect(report).toMatchObject({ lost: 0, inverted: 0, phantom: 0 });
  expect(report.committed).toBeGreaterThan(400);
  if (crashes === 0) expect(report.repeated).toBe(0);
  else expect(report.repeated).toBeGreaterThan(0);
  // The held transaction ends after all others: a reader that stalled behind it would have delivered nothing by then.
  expect(deliveredWhileHeld).toBeGreaterThan(report.committed / 2);
});

it("goes on while a transaction is held open", async () => {
  const reader = await openReader(100);
  const held = await connect(database.url);
  await held.query("BEGIN");
  await insert(held, "held");
  for (const key of ["a", "b", "c"]) await insert(client, key);
  const batch = await reader.read();
  expect(batch?.events.map(({ key }) => key)).toEqual(["a", "b", "c"]);
  if (batch !== null) await reader.checkpoint(batch);
  await held.query("COMMIT");
  await held.end();
  expect((await reader.read())?.events.map(({ key }) => key)).toEqual(["held"]);
});

it("negative control: without the transactions that ended between two snapshots, events are lost", async () => {
  const checker = new DeliveryChecker();
  const writing = watch(runStressWriters(stress()));
  let { s1 } = (await loadCursor(client)).cursor;
  for (let quietReads = 0; quietReads < 3; ) {
    const wasWriting = !writing.isDone;
    const s2 = await currentSnapshot(client);
    const parameters = windowParameters({ s1, s2, shards: SHARDS, maxEvents: 1_000_000 });
    parameters[2] = [];
    const { rows } = await client.query<{ key: string; payload: Buffer }>(windowQuery, parameters);
    for (const { key, payload } of rows) checker.deliver(key, stressedVersion(payload));
    s1 = s2;
    if (!wasWriting) quietReads++;
    await nextTurn();
  }
  await writing.result;
  const report = await checker.report(client);
  expect(report.lost).toBeGreaterThan(0);
  expect(report.lost).toBeLessThan(report.committed);
});

function stress(): StressOptions {
  return { url: database.url, writers: 12, transactions: 40, seed: SEED, topic: "stress", schemaId: 1n };
}

async function openReader(batchSize: number): Promise<OutboxReader> {
  const { cursor } = await loadCursor(client);
  const epoch = await claimCursor(client, await readDatabaseIdentity(client), "test");
  return new OutboxReader(client, epoch, cursor, {
    shards: SHARDS,
    batchSize,
    maxBatchBytes: 1_000_000,
    idleCheckpointMs: 1_000,
    now: () => performance.now(),
  });
}

async function insert(on: pg.Client, key: string): Promise<void> {
  await on.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     VALUES (gen_random_uuid(), 't', $1, 1, '', '\\x00')`,
    [key],
  );
}

function watch(result: Promise<unknown>): { readonly result: Promise<unknown>; isDone: boolean } {
  const watched = { result, isDone: false };
  const finish = () => {
    watched.isDone = true;
  };
  result.then(finish, finish);
  return watched;
}
