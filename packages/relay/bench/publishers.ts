/**
 * What a publisher costs: rows from memory to a broker, one lane, one send awaited while the next batch is filled. Warms up
 * on a topic of its own, says "ready", sends the events, and prints one JSON line. `bench/relay` runs it beside others.
 *
 *   node --conditions=@waybill/source packages/relay/bench/publishers.ts <host:port> <topic> <warm-up topic> <events>
 *     [keys] [payload bytes] [headers] [header bytes] [driver] [batch] [compression]
 *
 * The topics must exist. The last 8 bytes of a payload are the event's number, its key is `key-<number % keys>`.
 */
import { setTimeout as delay } from "node:timers/promises";
import { encodeRecordHeaders } from "@waybill/events";
import { createPublisher } from "../src/publishers/create-publisher.ts";
import type { RowView } from "../src/publishers/lane-publisher.ts";
import { completeSettings, type RelayOptions } from "../src/settings/settings.ts";

const [broker = "127.0.0.1:9092", topic = "bench", warmUpTopic = "warm-up", events = "500000", ...more] =
  process.argv.slice(2);
const [keys = 1_000, payloadBytes = 300, headers = 6, headerBytes = 30] = more.slice(0, 4).map(Number);
const [driver = "wire", batch = "3000", compression = "none"] = more.slice(4);

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
for (const name of [topic, warmUpTopic]) while ((await publisher.prepareTopic(name)) !== null);
const lane = publisher.openLane("bench");

await send(warmUpTopic, Math.ceil(Number(events) / 5));
console.log("ready");
await delay(500); // whoever measures begins to
const cpu = process.cpuUsage();
const startedAt = performance.now();
await send(topic, Number(events));
const elapsedMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
console.log(
  JSON.stringify({
    driver,
    compression,
    batch: Number(batch),
    eventsPerSecond: Math.round((Number(events) / elapsedMs) * 1_000),
    cpuMicrosecondsPerEvent: Number(((user + system) / Number(events)).toFixed(2)),
    rssMB: Math.round(process.memoryUsage().rss / 1e6),
  }),
);
await publisher.disconnect();

async function send(to: string, count: number): Promise<void> {
  const rows = Array.from({ length: keys }, (_, key) => rowOf(key, to));
  let next = 0;
  const fill = () => {
    const end = Math.min(count, next + Number(batch));
    for (; next < end; next++) {
      const row = rows[next % keys] as RowView;
      row.bytes.writeBigInt64BE(BigInt(next), row.payloadEnd - 8);
      row.id = next + 1;
      lane.append(row, 1);
    }
  };
  fill();
  while (lane.filledEvents > 0) {
    const sent = lane.send();
    fill();
    let outcome = await sent;
    while (outcome.failures.length > 0) outcome = await lane.repeat();
  }
}

function rowOf(keyNumber: number, name: string): RowView {
  const key = Buffer.from(`key-${keyNumber}`);
  const pairs = Array.from({ length: headers }, (_, n) => [`header${n}`, "h".repeat(headerBytes)] as const);
  const bytes = Buffer.concat([key, Buffer.alloc(payloadBytes, 0x5a), encodeRecordHeaders(pairs)]);
  const payloadEnd = key.length + payloadBytes;
  return {
    id: 0,
    topic: name,
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
