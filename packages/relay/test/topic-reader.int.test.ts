import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventually, startTestBroker, type TestBroker } from "@waybill/harness";
import type { Producer } from "kafkajs";
import { createTopic, kafkaOf, readTopic } from "./topic-reader.ts";

let broker: TestBroker;
let topic: string;
let producer: Producer;

beforeAll(async () => {
  broker = await startTestBroker();
  topic = `topic-reader-${randomUUID()}`;
  await createTopic(broker.brokers, topic, 1);
  producer = kafkaOf(broker.brokers).producer({ idempotent: true, maxInFlightRequests: 1, transactionalId: topic });
  await producer.connect();
});
afterAll(async () => {
  await producer.disconnect();
  await broker.stop();
});

it("reads what transactions committed, or all that they wrote", async () => {
  const write = async (key: string, end: "commit" | "abort") => {
    const transaction = await producer.transaction();
    await transaction.send({
      topic,
      messages: [
        { key, value: "1" },
        { key, value: "2" },
      ],
    });
    await transaction[end]();
  };
  await write("kept", "commit");
  await write("dropped", "abort");
  await write("kept too", "commit");
  await write("dropped too", "abort"); // nothing but an aborted transaction and its marker behind the last record

  const committed = await readTopic(broker.brokers, topic);
  const all = await readTopic(broker.brokers, topic, { isCommittedOnly: false });
  await Promise.all([committed.readToEnd(), all.readToEnd()]);
  expect(committed.records.map(({ key }) => key)).toEqual(["kept", "kept", "kept too", "kept too"]);
  expect(new Set(all.records.map(({ key }) => key))).toEqual(new Set(["kept", "dropped", "kept too", "dropped too"]));

  const open = await producer.transaction();
  await open.send({ topic, messages: [{ key: "open", value: "1" }] });
  await eventually(() => all.records.at(-1)?.key === "open");
  await committed.readToEnd(); // up to the open transaction
  expect(committed.records).toHaveLength(4);
  await open.commit();
  await eventually(() => committed.records.at(-1)?.key === "open");
  await Promise.all([committed.stop(), all.stop()]);
});

it("finds partitions that are added", async () => {
  const grown = `topic-reader-${randomUUID()}`;
  await createTopic(broker.brokers, grown, 1);
  const reader = await readTopic(broker.brokers, grown);
  const admin = kafkaOf(broker.brokers).admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic: grown, count: 2 }] });
  await admin.disconnect();
  const plain = kafkaOf(broker.brokers).producer();
  await plain.connect();
  await eventually(() =>
    plain.send({ topic: grown, messages: [{ partition: 1, value: "x" }] }).then(
      () => true,
      () => false,
    ),
  );
  await plain.disconnect();
  await reader.readToEnd();
  expect(reader.records.map(({ partition }) => partition)).toContain(1);
  await reader.stop();
});
