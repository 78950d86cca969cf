import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { startRegistry } from "@waybill/registry";
import { readiness, registerSchema, type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, createCountedEvent, firstVersionsOf, insertEvents, upTo, versionsOf } from "./test-event.ts";
import { createTopic, deleteTopic, countRecords, readTopic } from "./topic-reader.ts";

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

it("holds at an event whose schema the registry does not know, and goes on when it is pushed", async () => {
  const known = createCountedEvent();
  const unknown = createCountedEvent("unknown");
  await services.register(known);
  const topic = await services.topicOf(known);
  const unknownTopic = await services.topicOf(unknown);
  const relay = await services.start();
  await insertEvents(services.client, known, countedData(["a"], 2));
  await insertEvents(services.client, unknown, countedData(["a"], 1));
  await insertEvents(services.client, known, [{ key: "a", version: 3 }]);

  const line = await eventually(() => services.log.find(({ reason }) => reason === "schema-unknown"));
  expect(line.level).toBe("error");
  expect(line.msg).toContain(`for topic ${unknown.topic} cannot be published (schema-unknown)`);
  expect(line.msg).toContain("Run `schemas push`, or start the relay with --auto-register.");
  expect((await readiness(relay)).body).toMatchObject({ status: "not ready", reasons: { held: line.msg } });
  await eventually(() => topic.records.length === 2);
  expect(services.log.filter(({ reason }) => reason === "schema-unknown")).toHaveLength(1);

  await services.register(unknown);
  await eventually(() => unknownTopic.records.length === 1 && topic.records.length === 3);
  expect(versionsOf(known, topic.records, "a")).toEqual(upTo(3));
  await eventually(async () => (await readiness(relay)).status === 200);
});

it("saves the cursor up to the event that it holds at", async () => {
  const known = createCountedEvent();
  const unknown = createCountedEvent("unknown");
  await services.register(known);
  const topic = await services.topicOf(known);
  await insertEvents(services.client, known, countedData(["a"], 5));
  await insertEvents(services.client, unknown, countedData(["a"], 1));
  const held = await services.start();
  await eventually(() => services.log.find(({ reason }) => reason === "schema-unknown"));
  await held.stop();
  services.log.length = 0;
  await services.start();
  await eventually(() => services.log.find(({ reason }) => reason === "schema-unknown"));
  await services.register(unknown);
  await createTopic(services.broker.brokers, unknown.topic);
  const unknownTopic = await services.topicOf(unknown);
  await eventually(() => unknownTopic.records.length === 1);
  expect(versionsOf(known, topic.records, "a")).toEqual(upTo(5));
});

it("registers schemas with --auto-register", async () => {
  const event = createCountedEvent();
  const topic = await services.topicOf(event);
  await services.start({ autoRegister: true });
  await insertEvents(services.client, event, countedData(["a"], 3));
  await eventually(() => topic.records.length === 3);
  const config = await fetch(`${services.registry.url}/config/${event.topic}-${event.recordName}`);
  expect(config.status).toBe(404); // registering must not write a compatibility level of its own
});

it("holds at an event whose topic is missing, and goes on when it is created", async () => {
  const event = createCountedEvent();
  const other = createCountedEvent("other");
  await services.register(event);
  await services.register(other);
  const otherTopic = await services.topicOf(other);
  await services.start();
  await insertEvents(services.client, other, countedData(["a"], 2));
  await insertEvents(services.client, event, countedData(["a", "b"], 3));
  const line = await eventually(() => services.log.find(({ reason }) => reason === "topic-missing"));
  expect(line.msg).toContain(`Create the topic ${event.topic}, or start the relay with --auto-create-topics.`);
  await createTopic(services.broker.brokers, event.topic);
  const topic = await services.topicOf(event);
  await eventually(() => topic.records.length === 6);
  expect(versionsOf(event, topic.records, "b")).toEqual(upTo(3));
  expect(versionsOf(other, otherTopic.records, "a")).toEqual(upTo(2));
});

it.each(["wire", "kafkajs"] as const)(
  "%s: reads anew what waits for partitions that a topic made anew no longer has",
  async (driver) => {
    const event = createCountedEvent();
    await services.register(event);
    const { topic, brokers } = { topic: event.topic, brokers: services.broker.brokers };
    await createTopic(brokers, topic, 12);
    await services.start({ driver });
    const keys = ["a", "b", "c", "d", "e", "f"];
    await insertEvents(services.client, event, countedData(keys, 1));
    await eventually(async () => (await countRecords(brokers, topic)) === 6);
    await deleteTopic(brokers, topic);
    for (const key of keys) await insertEvents(services.client, event, [{ key, version: 2 }]);
    await eventually(() => services.log.find(({ reason }) => reason === "topic-missing"));

    await createTopic(brokers, topic, 2);
    const reader = await services.topicOf(event, 2);
    await eventually(() => keys.every((key) => versionsOf(event, reader.records, key).includes(2)));
    await insertEvents(services.client, event, [{ key: "a", version: 3 }]);
    await eventually(() => versionsOf(event, reader.records, "a").at(-1) === 3);
  },
);

it("pauses while the registry is away", async () => {
  const registry = await startRegistry();
  const port = Number(new URL(registry.url).port);
  const event = createCountedEvent();
  const topic = await services.topicOf(event);
  const relay = await services.start({ registryUrl: registry.url });
  await registry.stop();
  await insertEvents(services.client, event, countedData(["a"], 3));
  await eventually(async () => JSON.stringify(await readiness(relay)).includes('"registry"'));
  const again = await startRegistry({ port });
  await registerSchema(again.url, event);
  await eventually(() => topic.records.length === 3);
  await eventually(async () => (await readiness(relay)).status === 200);
  await relay.stop();
  await again.stop();
});

it("holds at a record that is too large for its topic, where that is asked for", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event, 1);
  await services.start({ maxRequestBytes: 100_000_000, onProblem: "hold" });
  const small = { key: "a", version: 1 };
  await insertEvents(services.client, event, [
    small,
    { key: "x".repeat(1_200_000), version: 1 },
    { key: "b", version: 1 },
  ]);
  const line = await eventually(() => services.log.find(({ reason }) => reason === "record-too-large"));
  expect(line.msg).toContain("Raise max.message.bytes");
  await eventually(() => topic.records.length === 1);
  expect(topic.records.map(({ key }) => key)).toEqual(["a"]);
});

it("splits what is too large together", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event, 1);
  await services.start();
  const keys = Array.from({ length: 6 }, (_, n) => `${n}${"x".repeat(200_000)}`);
  await insertEvents(services.client, event, countedData(keys, 1));
  await eventually(() => topic.records.length === 6);
  expect(topic.records.map(({ key }) => key?.[0])).toEqual(["0", "1", "2", "3", "4", "5"]);
});

it("reconnects when PostgreSQL cuts it off, and takes its shards again before it publishes", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const relay = await services.start({ batchSize: 7 });
  const epochs = [await eventually(epoch)];
  for (let round = 0; round < 3; round++) {
    await insertEvents(
      services.client,
      event,
      countedData(["a", "b"], 30).map(({ key, version }) => ({ key, version: version + round * 30 })),
    );
    const { rowCount } = await services.client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'outbox-relay%'`,
    );
    expect(rowCount).toBe(2); // reader and control
    epochs.push(
      await eventually(async () => {
        const now = await epoch();
        return now === null || epochs.includes(now) ? null : now;
      }),
    );
  }
  await eventually(() => new Set(versionsOf(event, topic.records, "b")).size === 90);
  expect(firstVersionsOf(event, topic.records, "a")).toEqual(upTo(90));
  expect(firstVersionsOf(event, topic.records, "b")).toEqual(upTo(90));
  await eventually(async () => (await readiness(relay)).status === 200);
});

it("does not save when another has taken the cursor over, and takes it back first", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  await services.start();
  await eventually(epoch);
  await services.client.query("UPDATE waybill.relay_cursor SET epoch = epoch + 1");
  await insertEvents(services.client, event, countedData(["a"], 3));
  await eventually(() => services.log.find(({ code }) => code === "CURSOR_FENCED"));
  await eventually(async () => {
    const { rows } = await services.client.query("SELECT FROM waybill.relay_cursor WHERE last_id > 0 AND s2 IS NULL");
    return rows.length === 8 && topic.records.length >= 3;
  });
  expect(firstVersionsOf(event, topic.records, "a")).toEqual(upTo(3));
});

/** Changes when all groups have been taken again; null while they are not held. */
async function epoch(): Promise<string | null> {
  const { rows } = await services.client.query<{ epoch: string }>(
    "SELECT sum(epoch)::text AS epoch FROM waybill.relay_cursor WHERE holder IS NOT NULL HAVING count(*) = 8",
  );
  return rows[0]?.epoch ?? null;
}

it("reads a topic that another relay's restart found", async () => {
  const event = createCountedEvent();
  await services.register(event);
  await createTopic(services.broker.brokers, event.topic);
  await insertEvents(services.client, event, countedData(["a"], 4));
  const first = await services.start();
  const reader = await readTopic(services.broker.brokers, event.topic);
  await eventually(() => reader.records.length === 4);
  await first.stop();
  await insertEvents(services.client, event, [{ key: "a", version: 5 }]);
  await services.start();
  await eventually(() => reader.records.length === 5);
  expect(versionsOf(event, reader.records, "a")).toEqual(upTo(5));
  await reader.stop();
});
