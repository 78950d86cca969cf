import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { startDevBroker } from "@waybill/dev-broker";
import { eventually } from "@waybill/harness";
import { connect } from "./outbox-database.ts";
import { readiness, type RelayServices, startRelayServices } from "./relay-services.ts";
import { seededRandom } from "./seeded-random.ts";
import {
  type CountedEvent,
  countedData,
  createCountedEvent,
  firstVersionsOf,
  insertEvents,
  upTo,
  versionsOf,
} from "./test-event.ts";
import { createTopic, readTopic, type ReceivedRecord } from "./topic-reader.ts";

const KEYS = ["a", "b", "c", "d"];

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

it("loses and inverts nothing when it is killed in the middle, again and again", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const random = seededRandom(5);
  const rounds = 4;
  const perRound = 150;
  for (let round = 0; round < rounds; round++) {
    const stored = topic.records.length;
    await insertRound(event, round, perRound);
    const relay = await services.spawn({ batchSize: 3 });
    // Somewhere in the round: its records are on the topic in part.
    await eventually(() => topic.records.length > stored + random() * 200);
    relay.kill("SIGKILL");
    expect(await relay.exited).toBe("SIGKILL");
  }
  const relay = await services.spawn({ batchSize: 3 });
  await eventually(() => isComplete(event, topic.records, rounds * perRound));
  relay.kill("SIGTERM");
  expect(await relay.exited).toBe(0);
  for (const key of KEYS) expect(firstVersionsOf(event, topic.records, key)).toEqual(upTo(rounds * perRound));
});

it("ends with 0 on SIGTERM, having finished and saved what was in flight", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const relay = await services.spawn({ batchSize: 10 });
  await insertRound(event, 0, 200);
  await eventually(() => topic.records.length > 50);
  relay.kill("SIGTERM");
  expect(await relay.exited).toBe(0);
  expect(relay.log.map(({ msg }) => msg)).toContain("relay stopped");
  const next = await services.spawn();
  await eventually(() => isComplete(event, topic.records, 200));
  next.kill("SIGTERM");
  expect(await next.exited).toBe(0);
  // Nothing comes twice: the first relay saved its cursor behind all that it had sent.
  for (const key of KEYS) expect(versionsOf(event, topic.records, key)).toEqual(upTo(200));
});

it("ends at once on a second signal", async () => {
  const event = createCountedEvent();
  await services.register(event);
  await createTopic(services.broker.brokers, event.topic);
  const relay = await services.spawn({ graceMs: 600_000 });
  // The relay's save waits for this lock, and so does the first signal.
  const blocker = await connect(services.database.url);
  await blocker.query("BEGIN");
  await blocker.query("LOCK TABLE waybill.relay_cursor IN SHARE MODE");
  await insertEvents(services.client, event, countedData(KEYS, 1));
  await eventually(async () => {
    const { rowCount } = await services.client.query(
      "SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass",
      ["waybill.relay_cursor"],
    );
    return rowCount === 1;
  });
  relay.kill("SIGTERM");
  await eventually(async () => (await (await fetch(`${relay.httpUrl}/readyz`)).text()).includes("stopping"));
  relay.kill("SIGTERM");
  expect(await relay.exited).toBe(1);
  await blocker.query("ROLLBACK");
  await blocker.end();
});

it("rides out a broker that stops and comes back", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "relay-broker-"));
  let broker = await startDevBroker({ dataDir });
  const { port } = broker;
  const event = createCountedEvent();
  await services.register(event);
  await createTopic(broker.brokers, event.topic);
  const relay = await services.start({ brokers: broker.brokers, batchSize: 20 });
  await insertRound(event, 0, 100);
  await eventually(async () => (await publishedCount(relay.httpUrl)) > 100);
  await broker.stop();
  await insertRound(event, 1, 100);
  await eventually(async () => JSON.stringify(await readiness(relay)).includes('"broker"'));
  expect(services.log.filter(({ level }) => level === "error")).toHaveLength(1);
  broker = await startDevBroker({ dataDir, port });
  await eventually(async () => (await readiness(relay)).status === 200);
  const topic = await readTopic(broker.brokers, event.topic);
  await eventually(() => isComplete(event, topic.records, 200));
  for (const key of KEYS) expect(firstVersionsOf(event, topic.records, key)).toEqual(upTo(200));
  await topic.stop();
  await relay.stop();
  await broker.stop();
  await rm(dataDir, { recursive: true });
});

function insertRound(event: CountedEvent, round: number, versions: number): Promise<void> {
  const data = countedData(KEYS, versions);
  return insertEvents(
    services.client,
    event,
    data.map(({ key, version }) => ({ key, version: version + round * versions })),
  );
}

function isComplete(event: CountedEvent, records: readonly ReceivedRecord[], versions: number): boolean {
  return KEYS.every((key) => new Set(versionsOf(event, records, key)).size === versions);
}

async function publishedCount(httpUrl: string): Promise<number> {
  const text = await (await fetch(`${httpUrl}/metrics`)).text();
  return [...text.matchAll(/^waybill_relay_events_published_total\{.*\} (\d+)$/gm)].reduce(
    (n, [, v]) => n + Number(v),
    0,
  );
}
