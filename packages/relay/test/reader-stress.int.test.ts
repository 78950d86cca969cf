import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type pg from "pg";

import { loadCursors, type StoredCursor } from "../src/sql/cursor-store.ts";
import { queryNewestWindow } from "../src/sql/window-query.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { connect } from "./outbox-database.ts";
import { ReaderSession } from "./reader-session.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressDatabase, runStressWriters, type StressOptions, stressedVersion } from "./stress-writers.ts";

const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);
const SEED = 20_261_121;

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  ({ database, client } = await createStressDatabase());
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

it.each([
  { batchSize: 1_000, crashes: 0, sessions: 1, path: "small windows" },
  { batchSize: 5, crashes: 0, sessions: 1, path: "backlog" },
  { batchSize: 5, crashes: 0.05, sessions: 1, path: "backlog, with crashes" },
  { batchSize: 1_000, crashes: 0.05, sessions: 1, path: "small windows, with crashes" },
  { batchSize: 1_000, crashes: 0, sessions: 3, path: "small windows, three instances" },
  { batchSize: 5, crashes: 0.05, sessions: 3, path: "backlog, three instances with crashes" },
])("loses and inverts nothing under stress: $path", async ({ batchSize, crashes, sessions: count }) => {
  const checker = new DeliveryChecker();
  const sessions: ReaderSession[] = [];
  for (let number = 0; number < count; number++) {
    const session = await openReader(batchSize, checker);
    await session.claim(Math.ceil(8 / count));
    sessions.push(session);
  }
  const writing = watch(runStressWriters(stress()));
  const random = seededRandom(SEED);
  let deliveredWhileHeld = 0;
  for (let quietReads = 0; quietReads < 3; ) {
    const wasWriting = !writing.isDone;
    let events = 0;
    for (const session of sessions) {
      events += await session.readOnce(() => random() < crashes); // dies after publishing and before saving
      if (random() < crashes) await session.crash();
    }
    if (!writing.isDone) deliveredWhileHeld = checker.delivered;
    const isQuiet = events === 0 && !sessions.some((session) => session.isInWindow);
    if (!wasWriting) quietReads = isQuiet ? quietReads + 1 : 0;
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
  const keys: (string | null)[] = [];
  const session = openSession(100, (key) => keys.push(key));
  await session.claim();
  const held = await connect(database.url);
  await held.query("BEGIN");
  await insert(held, "held");
  for (const key of ["a", "b", "c"]) await insert(client, key);
  await session.readOnce();
  expect(keys).toEqual(["a", "b", "c"]);
  await held.query("COMMIT");
  await held.end();
  await session.readOnce();
  expect(keys).toEqual(["a", "b", "c", "held"]);
});

it.each([{ batchSize: 1_000 }, { batchSize: 3 }])(
  "reads a refused row again, and nothing before it, in batches of $batchSize",
  async ({ batchSize }) => {
    const keys: (string | null)[] = [];
    let isRefusing = true;
    const session = new ReaderSession({
      client,
      instanceId: "one",
      batchSize,
      deliver: (key) => keys.push(key),
      accepts: (key) => !isRefusing || key !== "c",
    });
    await session.claim();
    for (const key of ["a", "b", "c", "d", "e"]) await insert(client, key);
    for (let n = 0; n < 3; n++) await session.readOnce();
    expect(keys).toEqual(["a", "b"]);
    expect(session.isInWindow).toBe(true);
    await insert(client, "f");
    isRefusing = false;
    for (let n = 0; n < 5; n++) await session.readOnce();
    expect(keys).toEqual(["a", "b", "c", "d", "e", "f"]);
    expect(session.isInWindow).toBe(false);
  },
);

it("lets groups that stood elsewhere catch up, and reads them together from then on", async () => {
  const delivered: string[] = [];
  const deliver = (key: string | null) => void delivered.push(String(key));
  const one = openSession(4, deliver, "one");
  await one.claim(4);
  const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
  for (const key of keys) await insert(client, key);
  for (let n = 0; n < 20; n++) await one.readOnce(); // its half alone
  expect(delivered.length).toBeGreaterThan(0);
  expect(delivered.length).toBeLessThan(40);
  await one.claim(4);
  expect(one.strands.all).toHaveLength(2);
  for (const key of keys) await insert(client, `${key}'`);
  for (let n = 0; n < 40 && one.strands.all.length > 1; n++) await one.readOnce();
  expect(one.strands.all).toHaveLength(1);
  for (let n = 0; n < 40; n++) await one.readOnce();
  expect([...delivered].sort()).toEqual([...keys, ...keys.map((key) => `${key}'`)].sort());
});

it("negative control: without the transactions that ended between two snapshots, events are lost", async () => {
  const checker = new DeliveryChecker();
  const writing = watch(runStressWriters(stress()));
  const [stored] = await loadCursors(client);
  let { s1 } = (stored as StoredCursor).cursor;
  for (let quietReads = 0; quietReads < 3; ) {
    const wasWriting = !writing.isDone;
    const read = { s1: { ...s1, xip: [] }, shards: SHARDS, maxEvents: 1_000_000, maxBytes: 1_000_000_000 };
    const { s2, rows } = await queryNewestWindow(client, read);
    for (const { key, payload } of rows ?? []) checker.deliver(key ?? "", stressedVersion(payload));
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

/** A reader whose instance lives by the database's list: the groups of others are anybody's. */
async function openReader(batchSize: number, checker: DeliveryChecker): Promise<ReaderSession> {
  const instanceId = randomUUID();
  await client.query(
    `INSERT INTO waybill.relay_instance (id, name, host, pid, version, expires_at)
     VALUES ($1, 'test', 'test', 1, '0', clock_timestamp() + interval '1 hour')`,
    [instanceId],
  );
  return openSession(batchSize, (key, payload) => checker.deliver(String(key), stressedVersion(payload)), instanceId);
}

function openSession(
  batchSize: number,
  deliver: (key: string | null, payload: Buffer) => void,
  instanceId = "one",
): ReaderSession {
  return new ReaderSession({ client, instanceId, batchSize, deliver });
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
