import { afterAll, expect, it } from "@jest/globals";
import { startTestBroker } from "@waybill/harness";
import { Kafka, logLevel } from "kafkajs";
import { randomUUID } from "node:crypto";

const broker = await startTestBroker();
afterAll(() => broker.stop());

it("is the broker that WAYBILL_TEST_BROKER asks for, and keeps what it is sent", async () => {
  expect(broker.kind).toBe(process.env["WAYBILL_TEST_BROKER"] ?? "dev-broker");
  const kafka = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING });
  const topic = `harness-${randomUUID()}`;
  const producer = kafka.producer();
  const admin = kafka.admin();
  await Promise.all([producer.connect(), admin.connect()]);
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
    await producer.send({ topic, acks: -1, messages: [{ key: "a", value: "1" }] });
    expect(await admin.fetchTopicOffsets(topic)).toEqual([{ partition: 0, offset: "1", high: "1", low: "0" }]);
  } finally {
    await Promise.all([producer.disconnect(), admin.disconnect()]);
  }
});
