import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { type ProxiedBroker, startProxiedBroker } from "./proxied-broker.ts";
import { rowsOf } from "./publisher-rows.ts";
import { append, type Driver, publish, TestPublishers } from "./test-publisher.ts";
import { checkOrderPerKey, idsOf, topicContent } from "./topic-content.ts";
import { kafkaOf } from "./topic-reader.ts";

let broker: ProxiedBroker;

beforeAll(async () => {
  broker = await startProxiedBroker();
});
afterAll(() => broker.stop());

const drivers: Driver[] = ["wire", "kafkajs"];
const onLinux = process.platform === "linux" ? it : it.skip;
const ESTABLISHED = "01";
const KEEP_ALIVE_TIMER = "02";

/** The kernel's timer of each open connection to a port. Source: Linux, Documentation/networking/proc_net_tcp.rst */
function tcpTimersTo(port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = "", state]) => remote.endsWith(`:${hexPort}`) && state === ESTABLISHED)
    .map(([, , , , , timer = ""]) => timer.slice(0, 2));
}

describe.each(drivers)("the %s publisher", (driver) => {
  let publishers: TestPublishers;

  beforeAll(() => {
    publishers = new TestPublishers(driver, broker.brokers);
  });
  afterEach(async () => {
    broker.proxy.mend();
    broker.proxy.dropProduceReplies(0);
    await publishers.close();
  });

  const content = (topic: string) => topicContent(broker.brokers, topic);
  /** What is repeated is stored twice without idempotence, and once with it. */
  const expectEachOnce = async (topic: string, rows: readonly { readonly id: number }[]) => {
    const records = await content(topic);
    checkOrderPerKey(records);
    const ids = rows.map(({ id }) => id);
    expect(new Set(idsOf(records))).toEqual(new Set(ids));
    if (driver === "wire") expect(records).toHaveLength(ids.length);
  };

  it("loses and reorders nothing when replies are lost", async () => {
    const topic = await publishers.newTopic();
    const lane = await publishers.lane(topic);
    const rows = rowsOf(topic, 1_200);
    let lost = 0;
    for (let from = 0; from < rows.length; from += 60) {
      broker.proxy.dropProduceReplies(from % 180 === 0 ? 2 : 0);
      lost += (await publish(lane, rows.slice(from, from + 60))).length;
    }
    expect(lost).toBeGreaterThan(10);
    await expectEachOnce(topic, rows);
  });

  it("repeats exactly the same bytes", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    await publish(lane, rowsOf(topic, 1));
    broker.proxy.produced.length = 0;
    broker.proxy.dropProduceReplies(1);
    append(lane, rowsOf(topic, 20, { from: 2 }));
    expect((await lane.send()).failures).toMatchObject([{ reason: "unavailable" }]);
    expect((await lane.repeat()).failures).toEqual([]);
    const [first, second] = broker.proxy.produced.map(recordBatch);
    expect(first?.length).toBeGreaterThan(500);
    expect(second).toEqual(first);
    await expectEachOnce(topic, rowsOf(topic, 21));
  });

  it("notices nothing of connections that the broker has closed while they were idle", async () => {
    const topic = await publishers.newTopic();
    const lane = await publishers.lane(topic);
    await publish(lane, rowsOf(topic, 10));
    broker.proxy.cut();
    broker.proxy.mend();
    await publishers.open(); // a round trip: the end of the others has come by then
    expect(await publish(lane, rowsOf(topic, 10, { from: 11 }))).toEqual([]);
    await expectEachOnce(topic, rowsOf(topic, 20));
  });

  onLinux("keeps idle connections alive, which routers on the way forget otherwise", async () => {
    const topic = await publishers.newTopic();
    const lane = await publishers.lane(topic);
    await publish(lane, rowsOf(topic, 10));
    const timers = tcpTimersTo(broker.proxy.port);
    expect(timers.length).toBeGreaterThan(0);
    expect(timers).toEqual(timers.map(() => KEEP_ALIVE_TIMER));
  });

  it("names everything that is unacknowledged while the broker is away, and goes on when it is back", async () => {
    const topic = await publishers.newTopic();
    const lane = await publishers.lane(topic);
    await publish(lane, rowsOf(topic, 10));
    const rows = rowsOf(topic, 30, { from: 11 });
    append(lane, rows);
    broker.proxy.cut();
    const outcome = await lane.send();
    expect(outcome.failures.map(({ reason, topic: name }) => [reason, name])).toEqual([["unavailable", topic]]);
    expect(outcome.failures[0]?.ids).toEqual(rows.map(({ id }) => id));
    expect(lane.unacknowledged()).toEqual(rows.map(({ id }) => id));
    expect((await lane.repeat()).failures).toMatchObject([{ reason: "unavailable" }]);
    broker.proxy.mend();
    await publish(lane, []).catch(() => {});
    while (lane.unacknowledged().length > 0) await lane.repeat();
    await expectEachOnce(topic, rowsOf(topic, 40));
  });

  it("leaves repeated records on their partition when others are added meanwhile", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic, { metadataMaxAgeMs: 1 });
    await publish(lane, rowsOf(topic, 5));
    append(lane, rowsOf(topic, 20, { from: 6, keys: 20 }));
    append(lane, []);
    broker.proxy.dropProduceReplies(1);
    expect((await lane.send()).failures).toHaveLength(1);
    await addPartitions(topic, 4);
    while ((await lane.repeat()).failures.length > 0);
    const records = await content(topic);
    expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set([0]));
    await expectEachOnce(topic, rowsOf(topic, 25));
  });

  it("stores what is sent after a reset, though a reply was lost before it", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    await publish(lane, rowsOf(topic, 1));
    broker.proxy.dropProduceReplies(1);
    append(lane, rowsOf(topic, 5, { from: 2 }));
    expect((await lane.send()).failures).toHaveLength(1);
    lane.reset();
    // As many records as those that the broker has under the same sequence numbers, were they used again.
    await publish(lane, rowsOf(topic, 5, { from: 100 }));
    expect(idsOf(await content(topic)).slice(-5)).toEqual([100, 101, 102, 103, 104]);
  });

  it("stores what is left of a batch whose reply was lost, once some of it is removed", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    await publish(lane, rowsOf(topic, 1));
    broker.proxy.dropProduceReplies(1);
    append(lane, rowsOf(topic, 5, { from: 2 }));
    expect((await lane.send()).failures).toHaveLength(1);
    lane.remove(new Set([3]));
    while ((await lane.repeat()).failures.length > 0);
    await publish(lane, rowsOf(topic, 5, { from: 7 }));
    const records = await content(topic);
    expect(idsOf(records).slice(-9)).toEqual([2, 4, 5, 6, 7, 8, 9, 10, 11]);
    checkOrderPerKey(records);
  });

  it("never rejects after it was disconnected", async () => {
    const topic = await publishers.newTopic(1);
    const lane = await publishers.lane(topic);
    append(lane, rowsOf(topic, 3));
    await publishers.close();
    if (driver === "wire")
      expect((await lane.send()).failures).toMatchObject([{ reason: "unavailable", ids: [1, 2, 3] }]);
  });
});

describe("the wire publisher", () => {
  const publishers = () => new TestPublishers("wire", broker.brokers);
  let open: TestPublishers;

  beforeAll(() => {
    open = publishers();
  });
  afterEach(async () => {
    broker.proxy.answerProduce(null);
    await open.close();
  });

  it.each([
    ["OUT_OF_ORDER_SEQUENCE_NUMBER", 45],
    ["INVALID_PRODUCER_EPOCH", 47],
    ["UNKNOWN_PRODUCER_ID", 59],
    ["PRODUCER_FENCED", 90],
  ])("sends the same records as another producer's after %s", async (_name, code) => {
    const topic = await open.newTopic(1);
    const lane = await open.lane(topic);
    await publish(lane, rowsOf(topic, 10));
    broker.proxy.produced.length = 0;
    broker.proxy.answerProduce(answerOnce(topic, code));
    append(lane, rowsOf(topic, 10, { from: 11 }));
    expect((await lane.send()).failures).toEqual([]);
    const [refused, stored] = broker.proxy.produced.map(recordBatch);
    expect(producerOf(stored)).not.toBe(producerOf(refused));
    expect(stored?.subarray(61)).toEqual(refused?.subarray(61));
    await publish(lane, rowsOf(topic, 10, { from: 21 }));
    expect(idsOf(await topicContent(broker.brokers, topic))).toEqual(rowsOf(topic, 30).map(({ id }) => id));
  });

  it("takes DUPLICATE_SEQUENCE_NUMBER for stored", async () => {
    const topic = await open.newTopic(1);
    const lane = await open.lane(topic);
    await publish(lane, rowsOf(topic, 1));
    broker.proxy.answerProduce(answerOnce(topic, 46));
    append(lane, rowsOf(topic, 10, { from: 2 }));
    expect(await lane.send()).toEqual({ acknowledged: new Map([[topic, 10]]), failures: [] });
  });

  it.each([
    ["NOT_LEADER_OR_FOLLOWER", 6],
    ["UNKNOWN_TOPIC_OR_PARTITION", 3],
    ["REQUEST_TIMED_OUT", 7],
    ["NOT_ENOUGH_REPLICAS_AFTER_APPEND", 20],
    ["CORRUPT_MESSAGE", 2],
  ])("repeats after %s, which time cures", async (name, code) => {
    const topic = await open.newTopic(1);
    const lane = await open.lane(topic);
    await publish(lane, rowsOf(topic, 1));
    broker.proxy.answerProduce(answerOnce(topic, code));
    append(lane, rowsOf(topic, 10, { from: 2 }));
    const { failures } = await lane.send();
    expect(failures).toMatchObject([{ reason: "unavailable", topic }]);
    expect(failures[0]?.message).toContain(name);
    expect((await lane.repeat()).failures).toEqual([]);
    expect(idsOf(await topicContent(broker.brokers, topic))).toEqual(rowsOf(topic, 11).map(({ id }) => id));
  });
});

async function addPartitions(topic: string, count: number): Promise<void> {
  const admin = kafkaOf(broker.brokers).admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count }] });
  await admin.disconnect();
}

/** The one record batch in a Produce request: it begins with its base offset, and its magic is at byte 16. */
function recordBatch(request: Buffer): Buffer {
  for (let at = 12; at < request.length - 61; at++) {
    const isBatch = request.readBigInt64BE(at) === 0n && request[at + 16] === 2;
    const bytes = isBatch ? 12 + request.readInt32BE(at + 8) : 0;
    if (bytes > 61 && at + bytes <= request.length) return request.subarray(at, at + bytes);
  }
  throw new Error("no record batch in the request");
}

function producerOf(batch: Buffer | undefined): bigint | undefined {
  return batch?.readBigInt64BE(43);
}

/** Answers the first Produce request with an error for partition 0, in version 11 of the protocol. */
function answerOnce(topic: string, code: number): (request: Buffer) => Buffer | null {
  let answered = false;
  return (request) => {
    if (answered) return null;
    answered = true;
    const name = Buffer.from(topic);
    const partition = Buffer.alloc(33);
    partition.writeInt16BE(code, 4);
    partition.fill(0xff, 6, 30);
    partition[30] = 1; // no record errors; then no message, no tags
    const body = Buffer.concat([
      request.subarray(8, 12),
      Buffer.from([0, 2, name.length + 1]),
      name,
      Buffer.from([2]),
      partition,
      Buffer.from([0, 0, 0, 0, 0, 0]), // the topic's tags, throttle time, tags
    ]);
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length);
    return Buffer.concat([size, body]);
  };
}
