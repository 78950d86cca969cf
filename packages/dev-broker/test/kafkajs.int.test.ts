import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type TestBroker, startTestBroker } from "@waybill/harness";
import { CompressionTypes, type Consumer, type ConsumerConfig, Kafka, type KafkaMessage, logLevel } from "kafkajs";
import { createTopic, eventually, unique } from "./fixtures.ts";
import { RawClient } from "./raw-client.ts";

let broker: TestBroker;
let kafka: Kafka;
let raw: RawClient;
const closing: { disconnect(): Promise<void> }[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  kafka = new Kafka({ brokers: broker.brokers, clientId: "suite", logLevel: logLevel.NOTHING });
  raw = await RawClient.connect(broker.brokers[0] ?? "");
});

afterEach(async () => {
  await Promise.all(closing.splice(0).map((client) => client.disconnect()));
});

afterAll(async () => {
  raw.close();
  await broker.stop();
});

async function connected<Client extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
  client: Client,
): Promise<Client> {
  await client.connect();
  closing.push(client);
  return client;
}

interface Reading {
  readonly consumer: Consumer;
  readonly messages: { readonly partition: number; readonly message: KafkaMessage }[];
}

async function read(topic: string, config: ConsumerConfig): Promise<Reading> {
  const consumer = await connected(kafka.consumer({ heartbeatInterval: 200, maxWaitTimeInMs: 200, ...config }));
  const messages: Reading["messages"] = [];
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      messages.push({ partition, message });
    },
  });
  return { consumer, messages };
}

const texts = ({ messages }: Reading): (string | undefined)[] =>
  messages.map(({ message }) => message.value?.toString());

/** Resolves when the reader has as many messages, or more. */
const count = (reading: Reading, messages: number): Promise<unknown> =>
  eventually(
    async () => reading.messages.length,
    (read) => read >= messages,
  );

describe("kafkajs", () => {
  it("writes and reads keys, values, headers and nulls, in order per partition", async () => {
    const topic = await createTopic(raw, { partitions: 3 });
    const producer = await connected(kafka.producer());
    const sent = Array.from({ length: 60 }, (_, index) => ({
      key: `key-${index % 7}`,
      value: index % 10 === 9 ? null : `value-${index}`,
      headers: { index: String(index), twice: ["a", "b"] },
    }));
    for (let from = 0; from < 60; from += 20) await producer.send({ topic, messages: sent.slice(from, from + 20) });
    const reading = await read(topic, { groupId: unique("group") });
    await count(reading, 60);
    expect(new Set(reading.messages.map(({ partition }) => partition)).size).toBe(3);
    for (let key = 0; key < 7; key += 1) {
      const ofKey = reading.messages.filter(({ message }) => message.key?.toString() === `key-${key}`);
      const values = ofKey.map(({ message }) => message.value?.toString() ?? null);
      expect(values).toEqual(sent.filter((message) => message.key === `key-${key}`).map((message) => message.value));
    }
    const [first] = reading.messages;
    expect(first?.message.headers?.["twice"]).toEqual([Buffer.from("a"), Buffer.from("b")]);
  });

  it("writes and reads gzip", async () => {
    const topic = await createTopic(raw);
    const producer = await connected(kafka.producer());
    const messages = Array.from({ length: 100 }, (_, index) => ({ value: `value-${index}` }));
    await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
    const reading = await read(topic, { groupId: unique("group") });
    await count(reading, 100);
    expect(texts(reading)).toEqual(messages.map(({ value }) => value));
  });

  it("goes on at its committed offsets in a new life", async () => {
    const topic = await createTopic(raw);
    const groupId = unique("group");
    const producer = await connected(kafka.producer());
    await producer.send({ topic, messages: [{ value: "one" }, { value: "two" }] });
    const before = await read(topic, { groupId });
    await count(before, 2);
    await before.consumer.disconnect(); // commits
    await producer.send({ topic, messages: [{ value: "three" }] });
    const after = await read(topic, { groupId });
    await count(after, 1);
    expect(texts(after)).toEqual(["three"]);
  });

  it("shares the partitions of a topic, and takes over those of a member that leaves", async () => {
    const topic = await createTopic(raw, { partitions: 4 });
    const groupId = unique("group");
    const producer = await connected(kafka.producer());
    const sendToAll = (value: string): Promise<unknown> =>
      producer.send({ topic, messages: [0, 1, 2, 3].map((partition) => ({ partition, value })) });
    const first = await read(topic, { groupId });
    await sendToAll("alone");
    await count(first, 4);
    const bothAssigned = new Promise<void>((resolve) => {
      first.consumer.on("consumer.group_join", ({ payload }) => {
        if (payload.memberAssignment[topic]?.length === 2) resolve();
      });
    });
    const second = await read(topic, { groupId });
    await bothAssigned;
    await sendToAll("shared");
    await eventually(
      async () => first.messages.length + second.messages.length,
      (read) => read >= 8,
    );
    expect(first.messages.length).toBe(6);
    expect(second.messages.length).toBe(2);
    await second.consumer.disconnect();
    await sendToAll("alone again");
    await count(first, 10);
    expect(texts(first).filter((value) => value === "alone again")).toHaveLength(4);
  });

  it("commits and aborts transactions, offsets included", async () => {
    const topic = await createTopic(raw);
    const groupId = unique("group");
    const settings = { transactionalId: unique("transactional"), maxInFlightRequests: 1, idempotent: true };
    const producer = await connected(kafka.producer(settings));
    const offsets = { consumerGroupId: groupId, topics: [{ topic, partitions: [{ partition: 0, offset: "7" }] }] };
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [{ value: "aborted" }] });
    await aborted.sendOffsets(offsets);
    await aborted.abort();
    const committed = await producer.transaction();
    await committed.send({ topic, messages: [{ value: "committed" }] });
    await committed.commit();
    const reading = await read(topic, { groupId: unique("group") });
    await count(reading, 1);
    expect(texts(reading)).toEqual(["committed"]);
    const admin = await connected(kafka.admin());
    expect(await admin.fetchOffsets({ groupId, topics: [topic] })).toMatchObject([{ partitions: [{ offset: "-1" }] }]);
    const withOffsets = await producer.transaction();
    await withOffsets.sendOffsets(offsets);
    await withOffsets.commit();
    await eventually(
      () => admin.fetchOffsets({ groupId, topics: [topic] }),
      ([fetched]) => fetched?.partitions[0]?.offset === "7",
    );
  });

  it("administers topics and groups", async () => {
    const admin = await connected(kafka.admin());
    const topic = await createTopic(raw, { partitions: 2, configs: { "retention.ms": "1234" } });
    expect(await admin.listTopics()).toContain(topic);
    expect(await admin.fetchTopicOffsets(topic)).toHaveLength(2);
    expect(await admin.fetchTopicOffsetsByTimestamp(topic, 0)).toHaveLength(2);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic }],
    });
    const retention = resources[0]?.configEntries.find(({ configName }) => configName === "retention.ms");
    expect(retention).toMatchObject({ configValue: "1234", isDefault: false });
    expect(await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })).toBeFalsy();
    const groupId = unique("group");
    const reading = await read(topic, { groupId });
    const { groups } = await eventually(
      () => admin.describeGroups([groupId]),
      (described) => described.groups[0]?.state === "Stable",
    );
    expect(groups[0]).toMatchObject({ errorCode: 0, protocolType: "consumer", protocol: "RoundRobinAssigner" });
    expect(groups[0]?.members).toHaveLength(1);
    await reading.consumer.disconnect();
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).toContain(groupId);
    await admin.deleteGroups([groupId]);
    expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain(groupId);
    await admin.deleteTopics({ topics: [topic] });
    await eventually(
      () => admin.listTopics(),
      (topics) => !topics.includes(topic),
    );
  });
});
