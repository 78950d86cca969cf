import { afterAll, expect, it } from "@jest/globals";
import { createKafkaCluster, createKafkaServer, eventually, startTcpProxy } from "@waybill/harness";
import { Kafka, logLevel } from "kafkajs";

const onKafka = process.env["WAYBILL_TEST_BROKER"] === "kafka" ? it : it.skip;
const cleanUps: (() => Promise<void>)[] = [];

afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

onKafka("is killed and comes back with its data, behind a proxy that clients do not leave", async () => {
  const proxy = await startTcpProxy();
  cleanUps.push(() => proxy.close());
  const server = await createKafkaServer({ proxies: [proxy.port] });
  cleanUps.push(() => server.stop());
  proxy.pointAt(server.proxied[0] as number);
  await server.start();
  const producer = kafkaAt([`127.0.0.1:${proxy.port}`]).producer();
  const admin = kafkaAt(server.brokers).admin();
  await Promise.all([producer.connect(), admin.connect()]);
  await admin.createTopics({ topics: [{ topic: "t", numPartitions: 1 }], waitForLeaders: true });
  await producer.send({ topic: "t", acks: -1, messages: [{ value: "1" }] });
  await server.kill();
  await server.ended();
  await server.start();
  await producer.send({ topic: "t", acks: -1, messages: [{ value: "2" }] });
  expect(await admin.fetchTopicOffsets("t")).toMatchObject([{ high: "2" }]);
  proxy.refuse();
  await expect(producer.send({ topic: "t", acks: -1, messages: [{ value: "3" }] })).rejects.toThrow();
  await Promise.all([producer.disconnect(), admin.disconnect()]);
});

onKafka("goes on while one of three nodes is dead, and takes it in again", async () => {
  const options = { sessionTimeoutMs: 1_500 };
  const cluster = await createKafkaCluster([options, options, options]);
  cleanUps.push(() => cluster.stop());
  await cluster.start();
  const producer = kafkaAt(cluster.brokers).producer();
  const admin = kafkaAt(cluster.brokers).admin();
  await Promise.all([producer.connect(), admin.connect()]);
  await admin.createTopics({ topics: [{ topic: "t", numPartitions: 1 }], waitForLeaders: true });
  const partition = async () => (await admin.fetchTopicMetadata({ topics: ["t"] })).topics[0]?.partitions[0];
  const leader = (await partition())?.leader ?? 0;
  expect((await partition())?.replicas).toHaveLength(3);
  await cluster.nodes[leader - 1]?.kill();
  await eventually(() => partition().then((now) => now?.leader !== leader && (now?.leader ?? -1) > 0));
  await producer.send({ topic: "t", acks: -1, messages: [{ value: "1" }] });
  await cluster.nodes[leader - 1]?.start();
  await eventually(() => partition().then((now) => now?.isr.length === 3));
  await Promise.all([producer.disconnect(), admin.disconnect()]);
});

function kafkaAt(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 5, initialRetryTime: 50 } });
}
