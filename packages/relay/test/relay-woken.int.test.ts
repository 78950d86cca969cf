import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { createRelayNotifier } from "@waybill/outbox";
import pg from "pg";
import type { RunningRelay } from "../src/relay.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, createCountedEvent, insertEvents, upTo, versionsOf } from "./test-event.ts";

const IDLE_MS = 60_000;
/** How long a relay must have asked nothing to count as asleep: its pause, doubled each time, is longer than that. */
const ASLEEP_MS = 400;

let services: RelayServices;
let pool: pg.Pool;

beforeAll(async () => {
  services = await startRelayServices();
  pool = new pg.Pool({ connectionString: services.database.url });
});
afterEach(() => services.cleanUp());
afterAll(async () => {
  await pool.end();
  await services.stop();
});

it("publishes lone events at once when notified, though it polls once a minute", async () => {
  const { event, topic } = await countedTopic();
  const relay = await services.start({ pollIdleMs: IDLE_MS });
  const notifyRelay = createRelayNotifier(pool, { intervalMs: 1 });
  for (const version of upTo(4)) {
    await untilAsleep();
    await insertEvents(services.client, event, [{ key: "a", version }]);
    notifyRelay();
    await eventually(() => topic.records.length === version);
    expect(await pollsOf(relay, "hint")).toBe(version);
  }
  expect(versionsOf(event, topic.records, "a")).toEqual(upTo(4));
});

it("polls no more often than a busy relay in a storm of notifications", async () => {
  const { event, topic } = await countedTopic();
  const pollBusyMs = 20;
  const relay = await services.start({ pollIdleMs: IDLE_MS, pollBusyMs });
  await untilAsleep();
  const startedAt = performance.now();
  for (let n = 0; n < 1_000; n++) await pool.query("NOTIFY waybill_outbox");
  await insertEvents(services.client, event, countedData(["a"], 3));
  await pool.query("NOTIFY waybill_outbox");
  await eventually(() => topic.records.length === 3);
  const elapsedMs = performance.now() - startedAt;
  expect(await pollsOf(relay, "hint")).toBeLessThanOrEqual(elapsedMs / pollBusyMs + 1);
});

it("finds what a lost notification was about by its own poll", async () => {
  const { event, topic } = await countedTopic();
  const relay = await services.start({ pollIdleMs: 2 * ASLEEP_MS });
  await untilAsleep();
  await insertEvents(services.client, event, [{ key: "a", version: 1 }]);
  await eventually(() => topic.records.length === 1);
  expect(await pollsOf(relay, "hint")).toBe(0);
});

it("hears notifications again after its connections were cut", async () => {
  const { event, topic } = await countedTopic();
  await services.start({ pollIdleMs: IDLE_MS });
  await untilAsleep();
  await services.client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'outbox-relay%'`,
  );
  await untilAsleep();
  await insertEvents(services.client, event, [{ key: "a", version: 1 }]);
  await pool.query("NOTIFY waybill_outbox");
  await eventually(() => topic.records.length === 1);
});

it("does not listen with --wake-on-notify false", async () => {
  const { event, topic } = await countedTopic();
  const relay = await services.start({ pollIdleMs: 2 * ASLEEP_MS, wakeOnNotify: false });
  await untilAsleep();
  await pool.query("NOTIFY waybill_outbox");
  await insertEvents(services.client, event, [{ key: "a", version: 1 }]);
  await pool.query("NOTIFY waybill_outbox");
  await eventually(() => topic.records.length === 1);
  expect(await pollsOf(relay, "hint")).toBe(0);
});

async function countedTopic() {
  const event = createCountedEvent();
  await services.register(event);
  return { event, topic: await services.topicOf(event) };
}

/** Resolves when all groups are held and the reader has asked nothing for a while: it is in a long pause. */
async function untilAsleep(): Promise<void> {
  await eventually(async () => {
    const { rows } = await services.client.query<{ isAsleep: boolean | null }>(
      `SELECT (SELECT count(*) = 8 FROM waybill.relay_cursor WHERE holder IS NOT NULL)
         AND max(query_start) < clock_timestamp() - $1 * interval '1 millisecond' AS "isAsleep"
       FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'outbox-relay reader%'`,
      [ASLEEP_MS],
    );
    return rows[0]?.isAsleep;
  });
}

async function pollsOf(relay: RunningRelay, after: string): Promise<number> {
  const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
  return Number(new RegExp(`^waybill_relay_polls_total\\{after="${after}"\\} (\\d+)$`, "m").exec(text)?.[1]);
}
