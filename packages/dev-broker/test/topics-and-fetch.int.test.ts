import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type TestBroker, startTestBroker } from "@waybill/harness";
import type { Writer } from "../src/protocol/writer.ts";
import { createTopic, eventually, unique } from "./fixtures.ts";
import { RawClient } from "./raw-client.ts";
import { recordBatch } from "./record-batch-builder.ts";
import { type FetchCall, fetch, listOffsets } from "./raw-fetch.ts";
import { produce } from "./raw-produce.ts";
import {
  type TopicCall,
  createPartitions,
  createTopics,
  deleteRecords,
  deleteTopic,
  topicMetadata,
} from "./raw-topics.ts";

let broker: TestBroker;
let client: RawClient;

beforeAll(async () => {
  broker = await startTestBroker();
  client = await RawClient.connect(broker.brokers[0] ?? "");
});

afterAll(async () => {
  client.close();
  await broker.stop();
});

describe("a topic", () => {
  it.each<[string, number, Partial<TopicCall>]>([
    ["a name with a space", 17, { name: "a b" }],
    ["the name '.'", 17, { name: "." }],
    ["an empty name", 17, { name: "" }],
    ["a name of 250 characters", 17, { name: "x".repeat(250) }],
    ["no partitions", 37, { partitions: 0 }],
    ["-2 partitions", 37, { partitions: -2 }],
    ["20,000 partitions", 44, { partitions: 20_000 }],
    ["more replicas than brokers", 38, { replicationFactor: 3 }],
    ["no replicas", 38, { replicationFactor: 0 }],
    ["an unknown setting", 40, { configs: { nope: "1" } }],
    ["a setting that is no number", 40, { configs: { "retention.ms": "abc" } }],
    ["a setting out of its bounds", 40, { configs: { "min.insync.replicas": "0" } }],
    ["a setting beyond int32", 40, { configs: { "max.message.bytes": "99999999999" } }],
    ["a setting that is null", 40, { configs: { "retention.ms": null } }],
    ["an unknown cleanup policy", 40, { configs: { "cleanup.policy": "shred" } }],
    ["an unknown setting and no partitions", 40, { configs: { nope: "1" }, partitions: 0 }],
    ["both a count and assignments", 42, { assignments: [[1]] }],
    ["a replica on an unknown broker", 39, { partitions: -1, replicationFactor: -1, assignments: [[9]] }],
  ])("with %s is refused: error %i", async (_, error, topic) => {
    expect(await createTopics(client, [{ name: unique("refused"), ...topic }])).toEqual([error]);
  });

  it.each<[string, Partial<TopicCall>]>([
    ["settings", { configs: { "cleanup.policy": "compact, delete", preallocate: "TRUE" } }],
    ["assignments", { partitions: -1, replicationFactor: -1, assignments: [[1], [1]] }],
    ["the broker's defaults", { partitions: -1, replicationFactor: -1 }],
  ])("with %s is made", async (_, topic) => {
    expect(await createTopics(client, [{ name: unique("made"), ...topic }])).toEqual([0]);
  });

  it("is made once: error 36", async () => {
    const name = await createTopic(client);
    expect(await createTopics(client, [{ name, partitions: 0 }])).toEqual([36]);
  });

  it("is refused when it is named twice in a request: error 42", async () => {
    const name = unique("twice");
    expect(await createTopics(client, [{ name }, { name }])).toEqual([42]);
  });

  it("collides with one that differs in '.' and '_' only: error 17", async () => {
    const name = await createTopic(client, { name: unique("a.b") });
    expect(await createTopics(client, [{ name: name.replace(".", "_") }])).toEqual([17]);
  });

  it("is made by asking for its metadata, unless its name is invalid: error 17", async () => {
    const name = unique("asked");
    const made = await eventually(
      () => topicMetadata(client, name),
      ({ error }) => error !== 3 && error !== 5, // a real cluster says so while it makes the topic
    );
    expect(made.error).toBe(0);
    expect((await topicMetadata(client, "not a name!")).error).toBe(17);
  });

  it("is deleted once: error 3", async () => {
    const name = await createTopic(client);
    expect(await deleteTopic(client, name)).toBe(0);
    await eventually(
      () => deleteTopic(client, name),
      (error) => error === 3,
    );
    await eventually(
      () => produce(client, { topic: name, batch: recordBatch() }),
      ({ error }) => error === 3,
    );
  });

  it("begins anew when it is made again", async () => {
    const name = await createTopic(client);
    await produce(client, { topic: name, batch: recordBatch() });
    await deleteTopic(client, name);
    await eventually(
      () => createTopics(client, [{ name }]),
      ([error]) => error === 0,
    );
    const end = await eventually(
      () => listOffsets(client, name, -1n),
      ({ error }) => error === 0,
    );
    expect(end.offset).toBe(0n);
  });

  it("gets more partitions, never fewer: errors 37, and 3 for an unknown one", async () => {
    const name = await createTopic(client);
    expect(await createPartitions(client, name, 1)).toBe(37);
    expect(await createPartitions(client, name, 0)).toBe(37);
    expect(await createPartitions(client, unique("unknown"), 3)).toBe(3);
    expect(await createPartitions(client, name, 3)).toBe(0);
    await eventually(
      () => topicMetadata(client, name),
      ({ partitions }) => partitions === 3,
    );
  });
});

describe("a fetch", () => {
  let topic: string;

  beforeAll(async () => {
    topic = await createTopic(client);
    for (let sent = 0; sent < 3; sent += 1) await produce(client, { topic, batch: recordBatch() });
  });

  it.each<[string, number, number, Partial<FetchCall>]>([
    ["beyond the end", 0, 1, { offset: 99n }],
    ["before the start", 0, 1, { offset: -1n }],
    ["of an unknown partition", 0, 3, { partition: 9 }],
    ["of a later leader epoch", 0, 75, { leaderEpoch: 9 }],
    ["of a session that is unknown", 70, 0, { sessionId: 5, sessionEpoch: 1 }],
    ["of no session, as if it went on", 70, 0, { sessionEpoch: 1 }],
  ])("%s is refused: errors %i and %i", async (_, sessionError, error, call) => {
    expect(await fetch(client, { topic, offset: 0n, ...call })).toMatchObject({ sessionError, error });
  });

  it("answers a batch that is larger than its limit, or nobody could go on", async () => {
    const whole = await fetch(client, { topic, offset: 0n });
    const one = await fetch(client, { topic, offset: 0n, maxBytes: 1 });
    expect(one.records.equals(whole.records.subarray(0, one.records.length))).toBe(true);
    expect(one.records.length).toBe(whole.records.length / 3);
  });

  it("at the end waits for a record and answers it as soon as it is there", async () => {
    const reader = await RawClient.connect(broker.brokers[0] ?? "");
    const waiting = fetch(reader, { topic, offset: 3n, maxWaitMs: 30_000 });
    await produce(client, { topic, batch: recordBatch({ records: [{ value: "awaited" }] }) });
    expect((await waiting).records.includes("awaited")).toBe(true);
    reader.close();
  });

  it("at the end answers nothing after its longest wait", async () => {
    const { offset } = await listOffsets(client, topic, -1n);
    const answer = await fetch(client, { topic, offset, maxWaitMs: 50 });
    expect(answer).toMatchObject({ error: 0, records: Buffer.alloc(0), highWatermark: offset });
  });

  it("returns the batch as it was sent, but for its place", async () => {
    const name = await createTopic(client);
    const sent = recordBatch({
      records: [{ key: "k", value: "v" }],
      attributes: 1,
      compress: (bytes) => gzipSync(bytes),
    });
    await produce(client, { topic: name, batch: sent });
    await produce(client, { topic: name, batch: sent });
    const { records } = await fetch(client, { topic: name, offset: 1n });
    expect(records.readBigInt64BE(0)).toBe(1n);
    expect(records.subarray(16).equals(sent.subarray(16))).toBe(true);
  });
});

describe("offsets by timestamp", () => {
  it("are those of the first record at or after it", async () => {
    const topic = await createTopic(client);
    const start = BigInt(Date.now()) - 100_000n;
    const records = [0, 10, 20].map((timestampDelta, offsetDelta) => ({ value: "v", timestampDelta, offsetDelta }));
    const compress = (bytes: Buffer): Buffer => gzipSync(bytes);
    const plain = recordBatch({ records, baseTimestamp: start, maxTimestamp: start + 20n });
    const later = { baseTimestamp: start + 100n, maxTimestamp: start + 120n };
    await produce(client, { topic, batch: plain });
    await produce(client, { topic, batch: recordBatch({ records, ...later, attributes: 1, compress }) });
    const at = (timestamp: bigint): Promise<object> => listOffsets(client, topic, timestamp);
    expect(await at(0n)).toEqual({ error: 0, timestamp: start, offset: 0n });
    expect(await at(start + 10n)).toEqual({ error: 0, timestamp: start + 10n, offset: 1n });
    expect(await at(start + 11n)).toEqual({ error: 0, timestamp: start + 20n, offset: 2n });
    expect(await at(start + 105n)).toEqual({ error: 0, timestamp: start + 110n, offset: 4n });
    expect(await at(start + 121n)).toEqual({ error: 0, timestamp: -1n, offset: -1n });
    expect(await at(-1n)).toEqual({ error: 0, timestamp: -1n, offset: 6n });
    expect(await at(-2n)).toEqual({ error: 0, timestamp: -1n, offset: 0n });
    expect(await at(-3n)).toEqual({ error: 0, timestamp: start + 120n, offset: 5n });
    expect(await at(-5n)).toEqual({ error: 35, timestamp: -1n, offset: -1n });
  });
});

describe("deleted records", () => {
  it("are out of range, and the log starts after them", async () => {
    const topic = await createTopic(client);
    for (let sent = 0; sent < 4; sent += 1) await produce(client, { topic, batch: recordBatch() });
    expect(await deleteRecords(client, topic, 99n)).toBe(1);
    expect(await deleteRecords(client, topic, -2n)).toBe(1);
    expect(await deleteRecords(client, unique("unknown"), 1n)).toBe(3);
    expect(await deleteRecords(client, topic, 2n)).toBe(0);
    expect((await fetch(client, { topic, offset: 1n })).error).toBe(1);
    expect((await fetch(client, { topic, offset: 2n })).records.readBigInt64BE(0)).toBe(2n);
    expect(await listOffsets(client, topic, -2n)).toMatchObject({ offset: 2n });
    expect(await deleteRecords(client, topic, -1n)).toBe(0);
    expect(await listOffsets(client, topic, -2n)).toMatchObject({ offset: 4n });
  });
});

describe("versions", () => {
  it("beyond those that are spoken are refused in a form that every client reads: error 35", async () => {
    const response = await client.call({ key: 18, version: 99, flexible: true, body: () => {} });
    expect(response.int16()).toBe(35);
  });

  it.each([
    [0, 2],
    [1, 3],
    [3, 99],
    [11, 1],
    [99, 0],
  ])("of API %i, version %i: the connection is closed", async (key, version) => {
    const other = await RawClient.connect(broker.brokers[0] ?? "");
    await expect(other.call({ key, version, body: () => {} })).rejects.toThrow();
    await other.closedByBroker();
  });

  it.each([
    ["good-1.x", 0],
    ["not good", 42],
    ["", 42],
  ])("are told to a client named %j: error %i", async (name, error) => {
    const body = (request: Writer): void => void request.string(name).string("1").endStruct();
    const response = await client.call({ key: 18, version: 3, flexible: true, body });
    expect(response.int16()).toBe(error);
  });
});
