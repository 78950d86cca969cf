/**
 * What a publisher costs: rows from memory to a broker, one lane, one send awaited while the next batch is filled.
 *
 *   node --conditions=@waybill/source packages/relay/bench/publishers.ts <host:port> [wire|kafkajs] [seconds] [batch] [compression]
 *
 * Rows are 300 bytes of payload and 6 headers of 30 bytes, 1,000 keys, one topic with 6 partitions. Prints one JSON line.
 */
import { randomUUID } from "node:crypto";
import { encodeRecordHeaders } from "@waybill/events";
import { Kafka, logLevel } from "kafkajs";
import { createPublisher } from "../src/publishers/create-publisher.ts";
import type { RowView } from "../src/publishers/lane-publisher.ts";
import { completeSettings, type RelayOptions } from "../src/settings.ts";

const [broker = "127.0.0.1:9092", driver = "wire", seconds = "10", batch = "2000", compression = "none"] =
  process.argv.slice(2);
const PAYLOAD_BYTES = 300;
const KEYS = 1_000;

const topic = `bench-${randomUUID()}`;
await createTopic();
const publisher = await createPublisher(
  completeSettings({
    databaseUrl: "postgresql://unused/unused",
    registryUrl: "http://unused",
    brokers: [broker],
    driver: driver as NonNullable<RelayOptions["driver"]>,
    compression: compression as NonNullable<RelayOptions["compression"]>,
  }),
  () => {},
);
await publisher.connect();
while ((await publisher.prepareTopic(topic)) !== null);
const lane = publisher.openLane("bench");
const rows = Array.from({ length: 4 * KEYS }, (_, index) => rowOf(index));

await drain(1); // warms up
const cpu = process.cpuUsage();
const startedAt = performance.now();
const events = await drain(Number(seconds));
const elapsedMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    driver,
    compression,
    batch: Number(batch),
    eventsPerSecond: Math.round((events / elapsedMs) * 1_000),
    cpuMicrosecondsPerEvent: Number(((user + system) / events).toFixed(2)),
    rssMB: Math.round(process.memoryUsage().rss / 1e6),
  }),
);
await publisher.disconnect();

async function drain(forSeconds: number): Promise<number> {
  const until = performance.now() + forSeconds * 1_000;
  let published = 0;
  let next = 0;
  const fill = () => {
    for (let count = 0; count < Number(batch); count++) {
      const row = rows[next++ % rows.length] as RowView;
      lane.append(row, 7);
    }
  };
  fill();
  while (performance.now() < until) {
    const sent = lane.send();
    fill();
    let outcome = await sent;
    while (outcome.failures.length > 0) outcome = await lane.repeat();
    published += Number(batch);
  }
  lane.reset();
  return published;
}

function rowOf(index: number): RowView {
  const key = Buffer.from(`key-${index % KEYS}`);
  const pairs = Array.from({ length: 6 }, (_, n) => [`ce_header${n}`, "a".repeat(30)] as const);
  const bytes = Buffer.concat([key, Buffer.alloc(PAYLOAD_BYTES, index), encodeRecordHeaders(pairs)]);
  const payloadEnd = key.length + PAYLOAD_BYTES;
  return {
    id: index + 1,
    topic,
    bytes,
    shard: 0,
    keyStart: 0,
    keyEnd: key.length,
    payloadStart: key.length,
    payloadEnd,
    headersStart: payloadEnd,
    headersEnd: bytes.length,
    schemaIdHigh: 0,
    schemaIdLow: 0,
    occurredAtMs: 0,
  };
}

async function createTopic(): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }], waitForLeaders: false });
  await admin.disconnect();
}
