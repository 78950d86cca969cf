import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually, startTestBroker, type TestBroker } from "@waybill/harness";
import { COMPRESSIONS } from "../src/settings/kafka-settings.ts";
import { kafkajsCompression } from "../src/publishers/kafkajs/kafkajs-compression.ts";
import { rowView, rowsOf } from "./publisher-rows.ts";
import { append, type Driver, makeTopic, publish, REGISTRY_ID, TestPublishers } from "./test-publisher.ts";
import { checkOrderPerKey, idsOf, recordsByPartition, topicContent } from "./topic-content.ts";
import { kafkaOf } from "./topic-reader.ts";

let broker: TestBroker;

beforeAll(async () => {
  for (const compression of COMPRESSIONS) kafkajsCompression(compression); // the reader is kafkajs
  broker = await startTestBroker();
});
afterAll(() => broker.stop());

describe.each<Driver>(["wire", "kafkajs"])("the %s publisher", (driver) => {
  let publishers: TestPublishers;

  beforeAll(() => {
    publishers = new TestPublishers(driver, broker.brokers);
  });
  afterEach(() => publishers.close());

  const content = (topic: string) => topicContent(broker.brokers, topic);

  it("stores rows as records: key, framed payload, headers", async () => {
    const topic = await publishers.newTopic();
    const lane = await publishers.lane(topic);
    await publish(lane, [
      {
        id: 9,
        topic,
        key: "käy",
        payload: "avro",
        headers: [
          ["ce_id", "9"],
          ["ce_type", "x.y"],
        ],
      },
    ]);
    const [record] = await content(topic);
    expect(record).toMatchObject({ key: "käy", headers: { ce_id: "9", ce_type: "x.y" } });
    expect(record?.value).toEqual(Buffer.from("\0\0\0\0\x07avro", "latin1"));
  });

  it("keeps the order of each key over many batches, filling one while another is in flight", async () => {
    const topic = await publishers.newTopic();
    const lane = await publishers.lane(topic);
    append(lane, rowsOf(topic, 500));
    for (let batch = 1; batch <= 5; batch++) {
      const sent = lane.send();
      append(lane, rowsOf(topic, 500, { from: batch * 500 + 1 }));
      let outcome = await sent;
      while (outcome.failures.length > 0) outcome = await lane.repeat();
      expect(lane.filledEvents).toBe(500);
    }
    await publish(lane, []);
    expect(lane.filledEvents).toBe(0);
    const records = await content(topic);
    expect(new Set(idsOf(records))).toEqual(new Set(rowsOf(topic, 3_000).map(({ id }) => id)));
    checkOrderPerKey(records);
  });

  it("puts the keyless records of a batch on one partition, and takes turns", async () => {
    const topic = await publishers.newTopic(3);
    const lane = await publishers.lane(topic);
    for (let batch = 0; batch < 3; batch++) {
      await publish(
        lane,
        [1, 2, 3].map((n) => ({ id: batch * 3 + n, topic })),
      );
    }
    const records = await content(topic);
    const partitions = Map.groupBy(records, ({ headers }) => Math.ceil(Number(headers["ce_id"]) / 3));
    const used = [...partitions.values()].map((batch) => new Set(batch.map(({ partition }) => partition)));
    expect(used.map((set) => set.size)).toEqual([1, 1, 1]);
    expect(new Set(used.flatMap((set) => [...set])).size).toBe(3);
    expect(records.every(({ key }) => key === null)).toBe(true);
  });

  it("tells a key that is empty from none", async () => {
    const topic = await publishers.newTopic();
    await publish(await publishers.lane(topic), [{ id: 1, topic, key: "" }]);
    expect((await content(topic)).map(({ key }) => key)).toEqual([""]);
  });

  it("publishes to many topics in one batch, and counts by topic", async () => {
    const topics = await Promise.all(Array.from({ length: 12 }, () => publishers.newTopic(2)));
    const lane = await publishers.lane(topics);
    const counts = new Map<string, number>();
    append(
      lane,
      topics.flatMap((topic, index) => rowsOf(topic, index + 1, { from: index * 100 + 1 })),
    );
    let outcome = await lane.send();
    for (;;) {
      for (const [topic, count] of outcome.acknowledged) counts.set(topic, (counts.get(topic) ?? 0) + count);
      if (outcome.failures.length === 0) break;
      outcome = await lane.repeat();
    }
    expect([...topics].map((topic) => counts.get(topic))).toEqual(topics.map((_, index) => index + 1));
    expect(idsOf(await content(topics[11] as string))).toHaveLength(12);
  });

  it("sends what exceeds a request in several, in order", async () => {
    const topic = await publishers.newTopic(2);
    const lane = await publishers.lane(topic, { maxRequestBytes: 2_000 });
    await publish(lane, rowsOf(topic, 300, { payloadBytes: 100 }));
    const records = await content(topic);
    checkOrderPerKey(records);
    expect(new Set(idsOf(records)).size).toBe(300);
  });

  it.each(COMPRESSIONS)("writes batches that consumers read: %s", async (compression) => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic, { compression });
    const rows = rowsOf(topic, 200, { payloadBytes: 300 });
    await publish(lane, rows);
    const records = await content(topic);
    expect(idsOf(records)).toEqual(rows.map(({ id }) => id));
    expect(records.map(({ value }) => value.toString("latin1", 5))).toEqual(rows.map(({ payload }) => payload));
  });

  it("says which topic is missing, before and after rows were appended, and stores the others", async () => {
    const topic = await publishers.newTopic();
    const missing = `missing-${topic}`;
    const doomed = await publishers.newTopic();
    const publisher = await publishers.open();
    expect(await publisher.prepareTopic(missing)).toMatchObject({ reason: "topic-missing" });
    for (const name of ["", "not a name", "x".repeat(40_000)]) {
      expect(await publisher.prepareTopic(name)).toMatchObject({ reason: "record-invalid" });
    }
    for (const name of [topic, doomed]) await eventually(async () => (await publisher.prepareTopic(name)) === null);
    expect(publisher.prepareTopic(topic)).toBeNull();
    const lane = publisher.openLane("0");
    append(lane, rowsOf(topic, 10));
    append(lane, rowsOf(doomed, 10, { from: 11 }));
    await deleteTopic(doomed);
    let outcome = await lane.send();
    const gone = await eventually(async () => {
      const failure = outcome.failures.find(({ reason }) => reason === "topic-missing");
      if (failure === undefined) outcome = await lane.repeat();
      return failure;
    });
    expect(gone).toMatchObject({ topic: doomed, ids: rowsOf(doomed, 10, { from: 11 }).map(({ id }) => id) });
    await eventually(async () => lane.unacknowledged().length === 10 || (await lane.repeat(), false));
    expect(new Set(idsOf(await content(topic))).size).toBe(10);
    await makeTopic(broker.brokers, { topic: doomed });
    await eventually(async () => (await lane.repeat()).failures.length === 0);
    expect(lane.unacknowledged()).toEqual([]);
    checkOrderPerKey(await content(doomed));
  });

  it.each([1, 3])("names a record that is too large, amid others, with %i partitions", async (partitions) => {
    const topic = await publishers.newTopic(partitions);
    const lane = await publishers.lane(topic, { maxRequestBytes: 10_000_000 });
    const rows = rowsOf(topic, 40, { keys: 5 });
    const offender = { ...rows[19], payload: "x".repeat(2_000_000) } as (typeof rows)[number];
    append(lane, [...rows.slice(0, 19), offender, ...rows.slice(20)]);
    let outcome = await lane.send();
    while (outcome.failures.some(({ reason }) => reason === "unavailable")) outcome = await lane.repeat();
    expect(outcome.failures).toMatchObject([{ reason: "record-too-large", topic, ids: [20] }]);
    const pending = lane.unacknowledged();
    expect(pending[0]).toBe(20);
    expect(idsOf(await content(topic)).filter((id) => pending.includes(id))).toEqual([]);
    expect((await lane.repeat()).failures).toMatchObject([{ reason: "record-too-large", ids: [20] }]);
    expect(lane.unacknowledged()).toEqual(pending);
    lane.remove(new Set([20]));
    while ((await lane.repeat()).failures.length > 0);
    expect(lane.unacknowledged()).toEqual([]);
    const records = await content(topic);
    checkOrderPerKey(records);
    expect(new Set(idsOf(records))).toEqual(new Set(rows.map(({ id }) => id).filter((id) => id !== 20)));
  });

  it("names a record that is too large alone", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    append(lane, [{ id: 1, topic, key: "a", payload: "x".repeat(2_000_000) }]);
    let outcome = await lane.send();
    while (outcome.failures.some(({ reason }) => reason === "unavailable")) outcome = await lane.repeat();
    expect(outcome.failures).toMatchObject([{ reason: "record-too-large", ids: [1] }]);
    lane.remove(new Set([1]));
    expect(lane.unacknowledged()).toEqual([]);
    await publish(lane, [{ id: 2, topic, key: "a" }]);
    expect(idsOf(await content(topic))).toEqual([2]);
  });

  it("names records that the broker calls invalid: without a key on a compacted topic", async () => {
    const topic = await compactedTopic();
    const lane = await publishers.lane(topic);
    append(lane, [
      { id: 1, topic, key: "a" },
      { id: 2, topic },
      { id: 3, topic, key: "b" },
      { id: 4, topic },
      { id: 5, topic, key: "a" },
    ]);
    let outcome = await lane.send();
    while (outcome.failures.some(({ reason }) => reason === "unavailable")) outcome = await lane.repeat();
    expect(outcome.failures).toMatchObject([{ reason: "record-invalid", ids: [2] }]);
    expect(lane.unacknowledged()).toEqual([2, 3, 4, 5]);
    lane.remove(new Set([2, 4]));
    expect((await lane.repeat()).failures).toEqual([]);
    expect(idsOf(await content(topic))).toEqual([1, 3, 5]);
  });

  it("uses partitions that are added while it runs", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic, { metadataMaxAgeMs: 1 });
    await publish(lane, rowsOf(topic, 10));
    await addPartitions(topic, 4);
    let from = 11;
    await eventually(async () => {
      await publish(lane, rowsOf(topic, 40, { from, keys: 20 }));
      from += 40;
      return (await recordsByPartition(broker.brokers, topic))?.every((count) => count > 0);
    });
    expect(new Set(idsOf(await content(topic))).size).toBe(from - 1);
  });

  it("removes rows from the batch in flight and from the one being filled", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic, { maxRequestBytes: 10_000_000 });
    append(lane, [...rowsOf(topic, 3), { id: 4, topic, key: "a", payload: "x".repeat(2_000_000) }]);
    append(lane, rowsOf(topic, 6, { from: 5 }));
    let outcome = await lane.send();
    while (outcome.failures.some(({ reason }) => reason === "unavailable")) outcome = await lane.repeat();
    expect(lane.unacknowledged()).toEqual([4, 5, 6, 7, 8, 9, 10]);
    append(lane, rowsOf(topic, 10, { from: 11 }));
    const { filledBytes } = lane;
    lane.remove(new Set([4, 6, 10, 11, 15, 20, 99]));
    expect(lane.unacknowledged()).toEqual([5, 7, 8, 9]);
    expect(lane.filledEvents).toBe(7);
    expect(lane.filledBytes).toBeLessThan(filledBytes);
    expect((await lane.repeat()).failures).toEqual([]);
    await publish(lane, [{ id: 21, topic, key: "a" }]);
    expect(idsOf(await content(topic))).toEqual([1, 2, 3, 5, 7, 8, 9, 12, 13, 14, 16, 17, 18, 19, 21]);
  });

  it("forgets both batches", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    append(lane, [{ id: 1, topic, key: "a", payload: "x".repeat(2_000_000) }]);
    await lane.send();
    append(lane, rowsOf(topic, 5, { from: 2 }));
    lane.reset();
    expect([lane.unacknowledged(), lane.filledEvents, lane.filledBytes]).toEqual([[], 0, 0]);
    await publish(lane, rowsOf(topic, 3, { from: 10 }));
    expect(idsOf(await content(topic))).toEqual([10, 11, 12]);
  });

  it("refuses rows of a topic that was never prepared, and a send before the last is through", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    expect(() => lane.append(rowView({ id: 1, topic: "unprepared" }), REGISTRY_ID)).toThrow("prepared");
    append(lane, [{ id: 1, topic, key: "a", payload: "x".repeat(2_000_000) }]);
    await lane.send();
    await expect(lane.send()).rejects.toThrow("before everything sent earlier");
  });
});

async function deleteTopic(topic: string): Promise<void> {
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
}

async function addPartitions(topic: string, count: number): Promise<void> {
  await withAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }));
}

async function compactedTopic(): Promise<string> {
  const topic = `compacted-${crypto.randomUUID()}`;
  const configEntries = [{ name: "cleanup.policy", value: "compact" }];
  await makeTopic(broker.brokers, { topic, numPartitions: 1, configEntries });
  return topic;
}

async function withAdmin(work: (admin: ReturnType<ReturnType<typeof kafkaOf>["admin"]>) => Promise<unknown>) {
  const admin = kafkaOf(broker.brokers).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
