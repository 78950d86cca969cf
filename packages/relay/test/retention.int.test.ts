import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { eventually, type TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { createLogger } from "../src/observability/logger.ts";
import { createMetrics, type RelayMetrics } from "../src/observability/metrics.ts";
import { Retention, type RetentionOptions } from "../src/retention/retention.ts";
import { readRingState } from "../src/sql/ring-state.ts";
import { takeTurns } from "../src/database/take-turns.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { truncateSlot } from "../src/sql/truncate-slot.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { insertIntoSlot, publishAllRows, rowsBySlot, slotAhead } from "./ring-rows.ts";

let database: TestDatabase;
let client: pg.Client;
let writer: pg.Client;
let metrics: RelayMetrics;
let warnings: string[];

beforeEach(async () => {
  database = await createOutboxDatabase();
  [client, writer] = await Promise.all([connect(database.url), connect(database.url)]);
  takeTurns(client);
  await client.query(sessionSettings);
  metrics = createMetrics();
  warnings = [];
});
afterEach(async () => {
  await Promise.all([client.end(), writer.end()]);
  await database.drop();
});

function createRetention(changes: Partial<RetentionOptions> = {}): Retention {
  return new Retention({
    client,
    isOurs: () => true,
    retentionHours: 24,
    metrics,
    logger: createLogger("warn", { write: (line) => void warnings.push(JSON.parse(line).msg) }),
    now: () => performance.now(),
    ...changes,
  });
}

type GaugeName = "outboxBytes" | "outboxOldestRowAgeSeconds" | "ringFreeSlots" | "ringOverrun";

async function valueOf(name: GaugeName): Promise<number | undefined> {
  return (await metrics[name].get()).values[0]?.value;
}

/** How many looks at slots came to this. */
async function runs(outcome: "emptied" | "locked" | "needed"): Promise<number | undefined> {
  return (await metrics.retentionRuns.get()).values.find(({ labels }) => labels.outcome === outcome)?.value;
}

it("empties the slots that are published, past retention and not current, and no other", async () => {
  const current = await slotAhead(client, 0);
  const [old, young, unpublished] = [(current + 1) % 8, (current + 3) % 8, (current + 5) % 8];
  await insertIntoSlot(client, { slot: current, ageHours: 30 });
  await insertIntoSlot(client, { slot: old, ageHours: 25, count: 3 });
  await insertIntoSlot(client, { slot: young, ageHours: 25 });
  await insertIntoSlot(client, { slot: young, ageHours: 23 });
  await publishAllRows(client);
  await insertIntoSlot(client, { slot: unpublished, ageHours: 25 });
  const retention = createRetention();
  expect(await retention.runOnce()).toEqual([old]);
  expect(await runs("needed")).toBe(1);
  expect(await rowsBySlot(client)).toEqual({ [`${current}`]: 1, [`${young}`]: 2, [`${unpublished}`]: 1 });
  expect(await retention.runOnce()).toEqual([]);
  await publishAllRows(client);
  expect(await retention.runOnce()).toEqual([unpublished]);
  expect(await runs("emptied")).toBe(2);
  expect(await valueOf("ringFreeSlots")).toBe(2);
  expect(await valueOf("outboxOldestRowAgeSeconds")).toBeGreaterThan(29 * 3_600);
  expect(await valueOf("outboxBytes")).toBeGreaterThan(100_000);
});

it("leaves a slot with an open writer alone, and tries again later", async () => {
  const slot = await slotAhead(client, 2);
  await insertIntoSlot(client, { slot, ageHours: 25 });
  await publishAllRows(client);
  await writer.query("BEGIN");
  await insertIntoSlot(writer, { slot, ageHours: 25 });
  let now = 0;
  const retention = createRetention({ now: () => now });
  expect(await retention.runOnce()).toEqual([]);
  expect(await runs("locked")).toBe(1);
  now = 9_999;
  expect(await retention.runOnce()).toEqual([]);
  expect(await runs("locked")).toBe(1); // not even tried
  now = 10_000;
  expect(await retention.runOnce()).toEqual([]);
  expect(await runs("locked")).toBe(2);
  await writer.query("COMMIT");
  now = 30_000;
  expect(await retention.runOnce()).toEqual([]); // the writer's row is not published
  expect(await rowsBySlot(client)).toEqual({ [`${slot}`]: 2 });
  await publishAllRows(client);
  expect(await retention.runOnce()).toEqual([slot]);
});

it("sees under the lock what was committed while it waited", async () => {
  const slot = await slotAhead(client, 2);
  await insertIntoSlot(client, { slot, ageHours: 25 });
  await publishAllRows(client);
  await writer.query("BEGIN");
  await insertIntoSlot(writer, { slot, ageHours: 25 });
  await client.query("ALTER FUNCTION waybill.truncate_slot SET lock_timeout = '30s'");
  const outcome = client.query("SELECT waybill.truncate_slot($1::smallint, '24h') AS outcome", [slot]);
  const other = await connect(database.url);
  await eventually(async () => (await other.query("SELECT FROM pg_locks WHERE NOT granted")).rowCount === 1);
  await writer.query("COMMIT");
  expect((await outcome).rows).toEqual([{ outcome: "unpublished" }]);
  await other.end();
});

it.each([
  ["a look at the ring", () => readRingState(client)],
  ["emptying a slot", async () => truncateSlot(client, await slotAhead(writer, 2), 0)],
])("%s waits for the whole outbox without a slot in its hands, so that no deadlock comes of it", async (_, use) => {
  await client.query("ALTER FUNCTION waybill.truncate_slot SET lock_timeout = '30s'");
  await writer.query("BEGIN");
  await writer.query("LOCK TABLE ONLY waybill.outbox IN ACCESS EXCLUSIVE MODE"); // what TRUNCATE locks first
  const used = use();
  await eventually(async () => (await writer.query("SELECT FROM pg_locks WHERE NOT granted")).rowCount === 1);
  for (let slot = 0; slot < 8; slot++) {
    await writer.query(`LOCK TABLE ONLY waybill.outbox_${slot} IN ACCESS EXCLUSIVE MODE NOWAIT`);
  }
  await writer.query("COMMIT");
  await expect(used).resolves.toBeDefined();
});

it("refuses a snapshot from before the lock", async () => {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await expect(client.query("SELECT waybill.truncate_slot(0::smallint, '0')")).rejects.toThrow(/read committed/);
  await client.query("ROLLBACK");
});

it("keeps rows when the ring comes round to a slot that has some: new ones go beside them", async () => {
  const current = await slotAhead(client, 0);
  const next = await slotAhead(client, 1);
  await insertIntoSlot(client, { slot: current, ageHours: 33, count: 2 });
  await insertIntoSlot(client, { slot: next, ageHours: 29 });
  await writer.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     VALUES (gen_random_uuid(), 't', 'k', 1, '', '\\x00')`,
  );
  const retention = createRetention();
  expect(await retention.runOnce()).toEqual([]);
  await retention.runOnce();
  expect(await rowsBySlot(client)).toEqual({ [`${current}`]: 3, [`${next}`]: 1 });
  expect(await valueOf("ringOverrun")).toBe(1);
  expect(await valueOf("ringFreeSlots")).toBe(0);
  expect(warnings).toEqual([
    expect.stringContaining(`come round to slot ${current}`),
    expect.stringMatching(new RegExp(`full: slot ${next} .* unpublished events`)),
  ]);
  await publishAllRows(client);
  await retention.runOnce();
  expect(await rowsBySlot(client)).toEqual({ [`${current}`]: 3 });
});

it("says when the ring cannot keep rows for as long as it is told to", async () => {
  const retention = createRetention({ retentionHours: 48 });
  await retention.runOnce();
  await retention.runOnce();
  expect(warnings).toEqual([expect.stringContaining("waybill.set_slot_seconds(28800)")]);
});

it("says what is missing when its role may not truncate, and goes on", async () => {
  const role = `ring_${database.name}`;
  await client.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA waybill TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA waybill TO ${role}`);
  const slot = await slotAhead(client, 2);
  await insertIntoSlot(client, { slot, ageHours: 25 });
  await publishAllRows(client);
  await client.query(`SET ROLE ${role}`);
  const retention = createRetention();
  retention.start();
  expect(await eventually(() => warnings[0])).toMatch(/permission denied.*needs TRUNCATE on waybill.outbox_0/);
  retention.stop();
  await client.query(`RESET ROLE; GRANT TRUNCATE ON waybill.outbox_${slot} TO ${role}; SET ROLE ${role}`);
  expect(await retention.runOnce()).toEqual([slot]);
  await client.query(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`);
});

it("changes the length of slots without making writers wait", async () => {
  await writer.query("BEGIN");
  await insertIntoSlot(writer, { slot: 0 });
  const changing = client.query("SELECT waybill.set_slot_seconds(900)");
  const other = await connect(database.url);
  await eventually(
    async () => (await other.query("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).rowCount === 1,
  );
  const before = performance.now();
  await insertIntoSlot(other, { slot: 1 });
  expect(performance.now() - before).toBeLessThan(5_000);
  await writer.query("COMMIT");
  await changing;
  const { rows } = await other.query("SELECT waybill.slot_seconds() AS seconds");
  expect(rows).toEqual([{ seconds: 900 }]);
  await other.query(`INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers, occurred_at)
    VALUES (gen_random_uuid(), 'chosen', 'k', 1, '', '\\x00', clock_timestamp())`);
  const chosen = await other.query(
    "SELECT slot = waybill.slot_at(occurred_at) AS agrees FROM waybill.outbox WHERE topic = 'chosen'",
  );
  expect(chosen.rows).toEqual([{ agrees: true }]);
  await expect(other.query("SELECT waybill.set_slot_seconds(0)")).rejects.toThrow(/from 1 to 604800/);
  await other.end();
});

it("has autovacuum off on every slot and its TOAST table: its lock would starve a TRUNCATE", async () => {
  const { rows } = await client.query<{ options: string[]; toast_options: string[] }>(
    `SELECT t.reloptions AS options, toast.reloptions AS toast_options FROM pg_inherits
     JOIN pg_class AS t ON t.oid = inhrelid JOIN pg_class AS toast ON toast.oid = t.reltoastrelid
     WHERE inhparent = 'waybill.outbox'::regclass`,
  );
  expect(rows).toHaveLength(8);
  for (const { options, toast_options } of rows) {
    expect(options).toContain("autovacuum_enabled=off");
    expect(toast_options).toContain("autovacuum_enabled=off");
  }
});

it("frees the cursors within a second or two of a save, not only when it looks at the slots", async () => {
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await writer.query("SELECT pg_current_xact_id()");
  const saver = await connect(database.url);
  const isCompact = async () => {
    const { rows } = await saver.query<{ bytes: number }>(
      "SELECT pg_relation_size('waybill.relay_cursor')::int AS bytes",
    );
    return (rows[0]?.bytes ?? Number.POSITIVE_INFINITY) <= 131_072;
  };
  const retention = createRetention();
  retention.start();
  try {
    await eventually(async () => (await valueOf("ringFreeSlots")) !== 0); // has looked: the next time is in 10 s
    while (await isCompact()) await saver.query("UPDATE waybill.relay_cursor SET last_id = last_id + 1");
    retention.noteSave();
    await eventually(isCompact, 5_000);
  } finally {
    retention.stop();
    await writer.query("ROLLBACK");
    await saver.end();
  }
});

it("frees the cursors of the dead versions that an old transaction keeps, while they are saved", async () => {
  await writer.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await writer.query("SELECT pg_current_xact_id()");
  const saver = await connect(database.url);
  const save = { name: "save", text: "UPDATE waybill.relay_cursor SET last_id = last_id + 1 WHERE shard_group = 0" };
  const bytes = async () => {
    const { rows } = await client.query("SELECT pg_relation_size('waybill.relay_cursor')::int AS bytes");
    return (rows[0] as { bytes: number }).bytes;
  };
  const retention = createRetention();
  let [saved, compacted, isSaving] = [0, 0, true];
  const saving = (async () => {
    for (; isSaving; saved++) expect((await saver.query(save)).rowCount).toBe(1); // never fenced by it
  })();
  while (compacted < 3) {
    if ((await bytes()) <= 131_072) continue;
    await retention.runOnce();
    if ((await bytes()) < 131_072) compacted++;
  }
  isSaving = false;
  await saving;
  const { rows } = await client.query("SELECT last_id::int AS last_id FROM waybill.relay_cursor WHERE shard_group = 0");
  expect(rows).toEqual([{ last_id: saved }]);
  await writer.query("ROLLBACK");
  await saver.end();
});
