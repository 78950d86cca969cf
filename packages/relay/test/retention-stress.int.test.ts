import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { truncateSlot } from "../src/sql/truncate-slot.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { connect } from "./outbox-database.ts";
import { ReaderSession } from "./reader-session.ts";
import { publishAllRows, rowsBySlot } from "./ring-rows.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressDatabase, runStressWriters, stressedVersion } from "./stress-writers.ts";

const SEED = Number(process.env["WAYBILL_TEST_SEED"] ?? 20_261_122);

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  ({ database, client } = await createStressDatabase());
  // Every slot takes new rows at any time: what the clock alone would make rare happens all the time.
  await client.query("ALTER TABLE waybill.outbox ALTER COLUMN slot SET DEFAULT floor(random() * 8)::smallint");
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

it.each([
  { batchSize: 1_000, path: "small windows" },
  { batchSize: 5, path: "in the middle of large windows" },
])(`loses nothing while two sweepers empty slots that are written to: $path, seed ${SEED}`, async ({ batchSize }) => {
  const { checker, truncated, unpublished } = await publishUnderSweepers(batchSize);
  expect(await checker.report(client)).toMatchObject({ lost: 0, inverted: 0, phantom: 0 });
  expect(truncated).toBeGreaterThan(0);
  expect(unpublished).toBeGreaterThan(0);
  await publishAllRows(client);
  for (let slot = 0; slot < 8; slot++) await truncateSlot(client, slot, 0);
  expect(await rowsBySlot(client)).toEqual({});
});

it("negative control: without the check under the lock, events are lost", async () => {
  await client.query(
    "CREATE OR REPLACE FUNCTION waybill.slot_is_published(slot smallint) RETURNS boolean LANGUAGE sql AS 'SELECT true'",
  );
  const { checker } = await publishUnderSweepers(5);
  expect((await checker.report(client)).lost).toBeGreaterThan(0);
});

/** How often a slot was emptied, and left alone for rows that were not published. */
interface Swept {
  truncated: number;
  unpublished: number;
}

interface Outcome extends Readonly<Swept> {
  readonly checker: DeliveryChecker;
}

async function publishUnderSweepers(batchSize: number): Promise<Outcome> {
  const checker = new DeliveryChecker();
  const deliver = (key: string | null, payload: Buffer) => checker.deliver(String(key), stressedVersion(payload));
  // Two instances, so two cursors, of which neither may be overlooked.
  const sessions: ReaderSession[] = [];
  for (const instanceId of [randomUUID(), randomUUID()]) {
    await client.query(
      `INSERT INTO waybill.relay_instance (id, name, host, pid, version, expires_at)
       VALUES ($1, 'test', 'test', 1, '0', clock_timestamp() + interval '1 hour')`,
      [instanceId],
    );
    const session = new ReaderSession({ client, instanceId, batchSize, deliver });
    await session.claim(4);
    sessions.push(session);
  }
  const random = seededRandom(SEED);
  const swept: Swept = { truncated: 0, unpublished: 0 };
  const writing = watchedWriters();
  const stop = new AbortController();
  await client.query("ALTER FUNCTION waybill.truncate_slot SET lock_timeout = '5ms'");
  const sweepers = [sweep(stop.signal, SEED + 1, swept), sweep(stop.signal, SEED + 2, swept)];
  // On a busy machine no slot is published to its end before the writers are done.
  for (let quietReads = 0; quietReads < 3 || swept.truncated === 0; ) {
    const wasWriting = !writing.isDone;
    let events = 0;
    for (const session of sessions) events += await session.readOnce(() => random() < 0.03);
    const isQuiet = events === 0 && !sessions.some(({ isInWindow }) => isInWindow);
    if (!wasWriting) quietReads = isQuiet ? quietReads + 1 : 0;
    await nextTurn();
  }
  await writing.result;
  stop.abort();
  await Promise.all(sweepers);
  return { checker, ...swept };
}

function watchedWriters(): { readonly result: Promise<unknown>; isDone: boolean } {
  const options = { url: database.url, writers: 8, transactions: 60, seed: SEED, topic: "stress", schemaId: 1n };
  const writing = { result: runStressWriters(options), isDone: false };
  const finish = () => {
    writing.isDone = true;
  };
  writing.result.then(finish, finish);
  return writing;
}

/** Tries one slot after another, at random, until told to stop. */
async function sweep(stop: AbortSignal, seed: number, swept: Swept): Promise<void> {
  const sweeper = await connect(database.url);
  await sweeper.query(sessionSettings);
  const random = seededRandom(seed);
  while (!stop.aborted) {
    const outcome = await truncateSlot(sweeper, Math.floor(random() * 8), 0);
    if (outcome === "truncated" || outcome === "unpublished") swept[outcome]++;
    await delay(random() * 4);
  }
  await sweeper.end();
}
