import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { parseFrame } from "@waybill/events";
import { eventually } from "@waybill/harness";
import { insertIntoSlot, publishAllRows, slotAhead } from "./ring-rows.ts";
import { readiness, type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, createCountedEvent, insertEvents, versionsOf } from "./test-event.ts";

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

it("publishes framed records with their headers, in order per key", async () => {
  const event = createCountedEvent();
  const registryId = await services.register(event);
  const topic = await services.topicOf(event);
  await services.start();
  await insertEvents(services.client, event, countedData(["a", "b", "c", "d", "e"], 40));
  await eventually(() => topic.records.length >= 200);
  for (const key of ["a", "b", "c", "d", "e"]) {
    expect(versionsOf(event, topic.records, key)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
  }
  expect(parseFrame(topic.records[0]?.value as Buffer).registryId).toBe(registryId);
  expect(topic.records[0]?.headers).toMatchObject({
    ce_type: event.type,
    ce_version: "1",
    ce_source: "/relay-test",
    ce_subject: topic.records[0]?.key,
  });
  expect(topic.records[0]?.headers["ce_id"]).toMatch(/^[0-9a-f-]{36}$/);
});

it("tells readiness, liveness and metrics", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const relay = await services.start();
  expect(await readiness(relay)).toEqual({ status: 200, body: { status: "ready" } });
  await insertEvents(services.client, event, countedData(["a"], 3));
  await eventually(() => topic.records.length === 3);
  expect((await fetch(`${relay.httpUrl}/livez`)).status).toBe(200);
  const metrics = await eventually(async () => {
    const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
    return text.includes(`events_published_total{topic="${event.topic}"} 3`) && text;
  });
  expect(metrics).toMatch(/^waybill_relay_ready 1$/m);
  expect(metrics).toMatch(/^waybill_relay_event_delay_seconds_count 3$/m);
});

it("publishes events without a key, to any partition", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  await services.start({ batchSize: 5 });
  await insertEvents(services.client, event, countedData(["a"], 20));
  await services.client.query("UPDATE waybill.outbox SET key = NULL, xid = pg_current_xact_id()");
  await eventually(() => topic.records.filter(({ key }) => key === null).length === 20);
  expect(
    new Set(topic.records.filter(({ key }) => key === null).map(({ partition }) => partition)).size,
  ).toBeGreaterThan(1);
});

it("tells the backlog while it cannot publish, and none when it has", async () => {
  const event = createCountedEvent();
  await services.register(event);
  await insertEvents(services.client, event, countedData(["a", "b"], 10));
  const relay = await services.start(); // holds: the topic is missing
  const backlog = async () => {
    const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
    return Number(/^waybill_relay_backlog_events (\d+)$/m.exec(text)?.[1]);
  };
  await eventually(async () => (await backlog()) >= 20);
  const topic = await services.topicOf(event);
  await eventually(() => topic.records.length === 20);
  await eventually(async () => (await backlog()) === 0);
});

describe("with a role of its own", () => {
  const rightsOfAll = "SELECT ON ALL TABLES IN SCHEMA waybill";

  /** Runs with a relay's URL for a role that may do no more than is documented, but for `select`. */
  async function asRelayRole(select: string, run: (databaseUrl: string, role: string) => Promise<void>): Promise<void> {
    const role = `relay_${services.database.name}`;
    await services.client.query(`
      CREATE ROLE ${role} LOGIN;
      GRANT USAGE ON SCHEMA waybill TO ${role};
      GRANT ${select} TO ${role};
      GRANT INSERT, UPDATE, TRUNCATE ON waybill.relay_cursor TO ${role};
      GRANT TRUNCATE ON waybill.outbox_0, waybill.outbox_1, waybill.outbox_2, waybill.outbox_3, waybill.outbox_4,
        waybill.outbox_5, waybill.outbox_6, waybill.outbox_7 TO ${role};
      GRANT INSERT, UPDATE, DELETE ON waybill.relay_instance, waybill.dead_letter TO ${role};
      GRANT INSERT ON waybill.discarded_event TO ${role}`);
    const url = new URL(services.database.url);
    url.username = role;
    try {
      await run(url.href, role);
    } finally {
      await services.cleanUp();
      await services.client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  }

  it("needs no more rights than its documentation says", async () => {
    const event = createCountedEvent();
    await services.register(event);
    const topic = await services.topicOf(event);
    await insertIntoSlot(services.client, { slot: await slotAhead(services.client, 2), ageHours: 25 });
    await publishAllRows(services.client);
    await asRelayRole(rightsOfAll, async (databaseUrl) => {
      await services.start({ databaseUrl });
      await insertEvents(services.client, event, countedData(["a"], 3));
      await eventually(() => topic.records.length === 3);
      await eventually(() => services.log.some(({ msg }) => msg === "emptied a slot of the outbox"));
      expect(services.log.filter(({ level }) => level === "warn" || level === "error")).toEqual([]);
    });
  });

  it("refuses to start where only the parent of the slots may be read: a backlog would be an error", () =>
    asRelayRole(
      "SELECT ON waybill.outbox, waybill.schema, waybill.relay_cursor, waybill.relay_instance, waybill.dead_letter",
      async (databaseUrl) => {
        await expect(services.start({ databaseUrl })).rejects.toThrow("SELECT ON waybill.outbox_0");
      },
    ));

  it("refuses to start where row-level security would hide events", () =>
    asRelayRole(rightsOfAll, async (databaseUrl) => {
      await services.client.query("ALTER TABLE waybill.outbox ENABLE ROW LEVEL SECURITY");
      try {
        await expect(services.start({ databaseUrl })).rejects.toThrow("row-level security");
      } finally {
        await services.client.query("ALTER TABLE waybill.outbox DISABLE ROW LEVEL SECURITY");
      }
    }));

  it("reads times whatever the role's DateStyle", async () => {
    const event = createCountedEvent();
    await services.register(event);
    const topic = await services.topicOf(event);
    await asRelayRole(rightsOfAll, async (databaseUrl, role) => {
      await services.client.query(`ALTER ROLE ${role} SET datestyle = 'SQL, DMY'`);
      await services.start({ databaseUrl });
      await insertEvents(services.client, event, countedData(["a"], 3));
      await eventually(() => topic.records.length === 3);
    });
  });
});
