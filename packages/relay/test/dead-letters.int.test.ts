import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import {
  askForDiscard,
  askForRedrive,
  createLimitedTopic,
  deadLetters,
  insertLarge,
  metric,
  shrinkDeadLetters,
  waiting,
} from "./dead-letter-asks.ts";
import { readiness, type RelayServices, startRelayServices } from "./relay-services.ts";
import {
  countedData,
  type CountedEvent,
  createCountedEvent,
  firstVersionsOf,
  insertEvents,
  insertSchema,
  upTo,
  versionsOf,
} from "./test-event.ts";
import type { Driver } from "./test-publisher.ts";

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

async function newEvent(name = "letters"): Promise<CountedEvent> {
  const event = createCountedEvent(name);
  await services.register(event);
  return event;
}

/** A topic where an event is too large, with what comes after it on its key, and others. */
async function parkLarge(event: CountedEvent, others: readonly string[] = []): Promise<void> {
  await insertLarge(services.client, event, { key: "p", version: 1 });
  await insertEvents(services.client, event, countedData([...others, "p"], 5).slice(others.length + 1));
}

describe.each<Driver>(["wire", "kafkajs"])("with %s", (driver) => {
  it("parks an event that is too large, keeps what follows on its key behind it, and lets all others go on", async () => {
    const event = await newEvent();
    await createLimitedTopic(services.broker.brokers, event);
    const topic = await services.topicOf(event);
    const relay = await services.start({ driver, batchSize: 4 });
    await insertEvents(services.client, event, [{ key: "b", version: 1 }]);
    await parkLarge(event, ["b"]);
    await eventually(() => firstVersionsOf(event, topic.records, "b").length === 5);
    await eventually(async () => (await waiting(services.client)) === 5);

    const letters = await deadLetters(services.client);
    expect(letters.map(({ state }) => state)).toEqual(["parked", "behind", "behind", "behind", "behind"]);
    expect(letters[0]).toMatchObject({ reason: "record-too-large", holds_key: true, attempts: 1 });
    expect(firstVersionsOf(event, topic.records, "b")).toEqual(upTo(5));
    expect(versionsOf(event, topic.records, "p")).toEqual([]);
    expect((await readiness(relay)).status).toBe(200);
    const line = services.log.find(({ msg }) => msg.includes("became a dead letter"));
    expect(line).toMatchObject({ level: "error", reason: "record-too-large", topic: event.topic });
    expect(line?.msg).toContain("Raise max.message.bytes");
    await eventually(async () => (await metric(relay, 'waybill_relay_dead_letters{state="behind"}')) === 4);
    expect(await metric(relay, 'waybill_relay_dead_letters_parked_total{reason="record-too-large"}')).toBe(1);

    await shrinkDeadLetters(services.client);
    await insertEvents(services.client, event, [{ key: "p", version: 6 }]);
    await askForRedrive(services.client, "state = 'parked'");
    await eventually(async () => (await waiting(services.client)) === 0);
    await insertEvents(services.client, event, [{ key: "p", version: 7 }]);
    await eventually(() => versionsOf(event, topic.records, "p").length === 7);
    expect(versionsOf(event, topic.records, "p")).toEqual(upTo(7));
    expect(await metric(relay, "waybill_relay_dead_letters_redriven_total")).toBeGreaterThanOrEqual(5);
  });

  it("leaves out the offender alone with --on-problem skip", async () => {
    const event = await newEvent();
    await createLimitedTopic(services.broker.brokers, event);
    const topic = await services.topicOf(event);
    await services.start({ driver, onProblem: "skip" });
    await parkLarge(event);
    await eventually(() => firstVersionsOf(event, topic.records, "p").length === 4);
    await eventually(async () => (await waiting(services.client)) === 1);
    expect(await deadLetters(services.client)).toMatchObject([{ state: "parked", holds_key: false }]);
    await shrinkDeadLetters(services.client);
    await askForRedrive(services.client);
    await eventually(() => firstVersionsOf(event, topic.records, "p").length === 5);
    expect(firstVersionsOf(event, topic.records, "p")).toEqual([2, 3, 4, 5, 1]);
  });
});

it("parks an event with invalid headers, before it is sent", async () => {
  const event = await newEvent();
  const topic = await services.topicOf(event);
  await insertWithInvalidHeaders(event, "a");
  await services.start();
  await insertEvents(services.client, event, countedData(["a", "b"], 2));
  await eventually(() => topic.records.length === 2 && waiting(services.client).then((n) => n === 3));
  expect(await deadLetters(services.client)).toMatchObject([{ reason: "headers-invalid" }, {}, {}]);
  expect(versionsOf(event, topic.records, "b")).toEqual(upTo(2));
});

it("discards the offender and publishes what waited behind it", async () => {
  const event = await newEvent();
  const topic = await services.topicOf(event);
  await insertWithInvalidHeaders(event, "a");
  await insertEvents(services.client, event, countedData(["a"], 3));
  await services.start();
  await eventually(async () => (await waiting(services.client)) === 4);
  await askForDiscard(services.client, "reason = 'headers-invalid'");
  await eventually(() => topic.records.length === 3);
  expect(versionsOf(event, topic.records, "a")).toEqual(upTo(3));
  await eventually(async () => (await waiting(services.client)) === 0);
  const { rows } = await services.client.query("SELECT topic, reason, discarded_by, why FROM waybill.discarded_event");
  expect(rows).toEqual([{ topic: event.topic, reason: "headers-invalid", discarded_by: "a test", why: "it is one" }]);
  expect(services.log.find(({ msg }) => msg.includes("was discarded by a test"))?.level).toBe("warn");
});

it("stops a redrive at the event that fails again, with the new reason, and keeps the rest behind it", async () => {
  const event = await newEvent();
  await createLimitedTopic(services.broker.brokers, event);
  const topic = await services.topicOf(event);
  const relay = await services.start();
  await insertEvents(services.client, event, [{ key: "p", version: 1 }]);
  await insertLarge(services.client, event, { key: "p", version: 2 });
  await insertEvents(services.client, event, [{ key: "p", version: 3 }]);
  await insertLarge(services.client, event, { key: "p", version: 4 });
  await insertEvents(services.client, event, [{ key: "p", version: 5 }]);
  await eventually(async () => (await waiting(services.client)) === 4);
  const [offender] = await deadLetters(services.client);
  await services.client.query("UPDATE waybill.dead_letter SET headers = '\\x00' WHERE outbox_id = $1", [
    offender?.outbox_id,
  ]);
  await askForRedrive(services.client);
  await eventually(async () => (await waiting(services.client)) === 2);
  await eventually(async () => (await deadLetters(services.client))[0]?.attempts === 2);
  expect(await deadLetters(services.client)).toMatchObject([
    { state: "parked", reason: "record-too-large", redrive_requested_at: null },
    { state: "behind", reason: null, redrive_requested_at: null },
  ]);
  expect(services.log.find(({ msg }) => msg.includes("still cannot be published"))?.level).toBe("error");
  await eventually(() => versionsOf(event, topic.records, "p").length === 3);
  expect(versionsOf(event, topic.records, "p")).toEqual(upTo(3));
  expect((await readiness(relay)).status).toBe(200);
});

it("waits for a missing topic, then parks by key; `redrive` brings all of them in order once it is there", async () => {
  const event = await newEvent("missing");
  const other = await newEvent("other");
  const otherTopic = await services.topicOf(other);
  const relay = await services.start({ parkAfterMs: 500, holdRetryMs: 100 });
  await insertEvents(services.client, event, countedData(["a", "b"], 3));
  await eventually(async () => JSON.stringify(await readiness(relay)).includes('"held"'));
  await insertEvents(services.client, other, countedData(["a"], 2));
  await eventually(() => otherTopic.records.length === 2);
  await eventually(async () => (await readiness(relay)).status === 200);
  await eventually(async () => (await waiting(services.client)) === 6);
  const letters = await deadLetters(services.client);
  expect(letters.map(({ reason }) => reason)).toEqual(["topic-missing", "topic-missing", null, null, null, null]);
  const topic = await services.topicOf(event);
  await askForRedrive(services.client);
  await eventually(() => topic.records.length === 6);
  for (const key of ["a", "b"]) expect(versionsOf(event, topic.records, key)).toEqual(upTo(3));
  await eventually(async () => (await waiting(services.client)) === 0);
  await insertEvents(services.client, event, countedData(["c"], 1));
  await eventually(() => topic.records.length === 7);
});

it("parks what the registry does not know", async () => {
  const event = createCountedEvent("unknown");
  const topic = await services.topicOf(event);
  await services.start({ parkAfterMs: 200, holdRetryMs: 100 });
  await insertEvents(services.client, event, countedData(["a"], 2));
  await eventually(async () => (await waiting(services.client)) === 2);
  expect((await deadLetters(services.client))[0]).toMatchObject({ reason: "schema-unknown" });
  await services.register(event);
  await askForRedrive(services.client);
  await eventually(() => topic.records.length === 2);
  expect(versionsOf(event, topic.records, "a")).toEqual(upTo(2));
});

it("is respected by whoever takes the shards over, whatever its policy", async () => {
  const event = await newEvent();
  await createLimitedTopic(services.broker.brokers, event);
  const topic = await services.topicOf(event);
  const first = await services.start();
  await parkLarge(event);
  await eventually(async () => (await waiting(services.client)) === 5);
  await first.stop();
  await services.start({ onProblem: "skip" });
  await insertEvents(services.client, event, [
    { key: "p", version: 6 },
    { key: "b", version: 1 },
  ]);
  await eventually(() => versionsOf(event, topic.records, "b").length === 1);
  await eventually(async () => (await waiting(services.client)) === 6);
  await shrinkDeadLetters(services.client);
  await askForRedrive(services.client);
  await eventually(() => versionsOf(event, topic.records, "p").length === 6);
  expect(versionsOf(event, topic.records, "p")).toEqual(upTo(6));
});

it("holds when no more keys of a shard group may wait, and goes on when there is room", async () => {
  const event = await newEvent();
  const topic = await services.topicOf(event);
  await insertSchema(services.client, event);
  // Keys of one group, of which a second one is too many characters.
  const { rows } = await services.client.query<{ key: string }>(
    `SELECT n || repeat('x', 600000) AS key FROM generate_series(1, 100) AS n
     WHERE ((hashtextextended(n || repeat('x', 600000), 0) & 63) >> 3) = 3 LIMIT 2`,
  );
  for (const { key } of rows) {
    await services.client.query(
      `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
       VALUES (gen_random_uuid(), $1, $2, $3, '', '\\x0505')`,
      [event.topic, key, event.schemaId],
    );
  }
  await insertEvents(services.client, event, countedData(["b"], 2));
  const relay = await services.start();
  await eventually(async () => JSON.stringify(await readiness(relay)).includes('"held"'));
  expect(await waiting(services.client)).toBe(1);
  expect(topic.records).toEqual([]);
  await askForDiscard(services.client, "true");
  await eventually(() => topic.records.length === 2);
  expect(await waiting(services.client)).toBe(1);
  expect((await readiness(relay)).status).toBe(200);
});

it("keeps what it parked alone out when the row is read again", async () => {
  const event = await newEvent();
  await createLimitedTopic(services.broker.brokers, event);
  const topic = await services.topicOf(event);
  const first = await services.start({ onProblem: "skip" });
  await parkLarge(event);
  await eventually(async () => topic.records.length === 4 && (await waiting(services.client)) === 1);
  await first.stop();
  await shrinkDeadLetters(services.client);
  // As after a crash before any save; the row itself would pass now.
  await services.client.query("UPDATE waybill.relay_cursor SET s1 = '3:3:', s2 = NULL, last_id = 0");
  await services.client.query("UPDATE waybill.outbox SET headers = '\\x00', xid = pg_current_xact_id()");
  await services.start({ onProblem: "skip" });
  await eventually(() => topic.records.length === 8);
  expect(firstVersionsOf(event, topic.records, "p")).toEqual([2, 3, 4, 5]);
  await askForRedrive(services.client);
  await eventually(() => topic.records.length === 9);
  expect(versionsOf(event, topic.records, "p").filter((version) => version === 1)).toHaveLength(1);
});

async function insertWithInvalidHeaders(event: CountedEvent, key: string): Promise<void> {
  await insertSchema(services.client, event);
  await services.client.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     VALUES (gen_random_uuid(), $1, $2, $3, '', '\\x0505')`,
    [event.topic, key, event.schemaId],
  );
}
