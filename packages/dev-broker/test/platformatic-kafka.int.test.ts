import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from "@platformatic/kafka";
import { type TestBroker, startTestBroker } from "@waybill/harness";
import { createTopic, eventually, unique } from "./fixtures.ts";
import { RawClient } from "./raw-client.ts";

let broker: TestBroker;
let raw: RawClient;
const closing: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  raw = await RawClient.connect(broker.brokers[0] ?? "");
});

afterEach(async () => {
  for (const client of closing.splice(0).toReversed()) await client.close();
});

afterAll(async () => {
  raw.close();
  await broker.stop();
});

function newProducer(options: { transactionalId?: string } = {}): Producer<string, string, string, string> {
  const producer = new Producer({
    clientId: "suite",
    bootstrapBrokers: broker.brokers,
    serializers: stringSerializers,
    idempotent: true,
    retryDelay: 20, // its default of a second makes every transaction wait for the last one's end
    ...options,
  });
  closing.push(producer);
  return producer;
}

interface Received {
  readonly key: string;
  readonly value: string;
  readonly partition: number;
  readonly header: string | undefined;
}

/** Reads `count` messages from the group's offsets on, commits them, and leaves. */
async function receive(topic: string, groupId: string, count: number): Promise<Received[]> {
  const consumer = new Consumer({
    clientId: "suite",
    groupId,
    bootstrapBrokers: broker.brokers,
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({
    topics: [topic],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: "earliest",
    autocommit: false,
    maxWaitTime: 200,
  });
  const received: Received[] = [];
  for await (const message of stream) {
    const { key, value, partition, headers } = message;
    received.push({ key, value, partition, header: headers.get("header") });
    await message.commit();
    if (received.length === count) break;
  }
  await stream.close();
  await consumer.close(true);
  return received;
}

describe("@platformatic/kafka", () => {
  it("writes and reads keys, values and headers, in order per key", async () => {
    const topic = await createTopic(raw, { partitions: 3 });
    const producer = newProducer();
    const messages = Array.from({ length: 30 }, (_, index) => ({
      topic,
      key: `key-${index % 5}`,
      value: `value-${index}`,
      headers: { header: String(index) },
    }));
    await producer.send({ acks: -1, messages: messages.slice(0, 15) });
    await producer.send({ acks: -1, messages: messages.slice(15) });
    const received = await receive(topic, unique("group"), 30);
    for (let key = 0; key < 5; key += 1) {
      const pick = (all: readonly { key: string; value: string }[]): string[] =>
        all.filter((message) => message.key === `key-${key}`).map((message) => message.value);
      expect(pick(received)).toEqual(pick(messages));
    }
    expect(received.map(({ value }) => value)).toHaveLength(30);
    for (const { value, header } of received) expect(value).toBe(`value-${header}`);
  });

  it.each(["gzip", "zstd"] as const)("writes and reads %s", async (compression) => {
    const topic = await createTopic(raw);
    const messages = Array.from({ length: 50 }, (_, index) => ({ topic, key: "key", value: `value-${index}` }));
    await newProducer().send({ acks: -1, messages, compression });
    const received = await receive(topic, unique("group"), 50);
    expect(received.map(({ value }) => value)).toEqual(messages.map(({ value }) => value));
  });

  it("goes on at its committed offsets in a new life", async () => {
    const topic = await createTopic(raw);
    const groupId = unique("group");
    const messages = ["one", "two", "three"].map((value) => ({ topic, key: "key", value }));
    await newProducer().send({ acks: -1, messages });
    expect((await receive(topic, groupId, 2)).map(({ value }) => value)).toEqual(["one", "two"]);
    expect((await receive(topic, groupId, 1)).map(({ value }) => value)).toEqual(["three"]);
  });

  it("commits and aborts transactions", async () => {
    const topic = await createTopic(raw);
    const producer = newProducer({ transactionalId: unique("transactional") });
    for (const value of ["aborted", "committed"]) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ acks: -1, messages: [{ topic, key: "key", value }] });
      await (value === "aborted" ? transaction.abort() : transaction.commit());
    }
    expect((await receive(topic, unique("group"), 1)).map(({ value }) => value)).toEqual(["committed"]);
  });

  it("administers topics and groups", async () => {
    const admin = new Admin({ clientId: "suite", bootstrapBrokers: broker.brokers });
    closing.push(admin);
    const topic = unique("topic");
    await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 });
    await eventually(
      () => admin.listTopics(),
      (topics) => topics.includes(topic),
    );
    await admin.deleteTopics({ topics: [topic] });
    await eventually(
      () => admin.listTopics(),
      (topics) => !topics.includes(topic),
    );
  });
});
