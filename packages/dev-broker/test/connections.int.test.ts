import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type RunningDevBroker, startDevBroker } from "../src/index.ts";
import { RawClient } from "./raw-client.ts";
import { recordBatch } from "./record-batch-builder.ts";
import { fetch, fetchRequest, listOffsets } from "./raw-fetch.ts";
import { produce, produceRequest } from "./raw-produce.ts";
import { createTopics, topicMetadata } from "./raw-topics.ts";

/** What a connection may do to the dev broker and to the other connections. */

let broker: RunningDevBroker;
let bystander: RawClient;
let lines: string[];
const topic = "topic";

beforeEach(async () => {
  lines = [];
  broker = await startDevBroker({ log: (line) => lines.push(line) });
  bystander = await RawClient.connect(broker.brokers[0] ?? "");
  await createTopics(bystander, [{ name: topic }]);
});

afterEach(async () => {
  bystander.close();
  await broker.stop();
});

const connect = (): Promise<RawClient> => RawClient.connect(broker.brokers[0] ?? "");

describe("a malformed request closes its connection and no other", () => {
  const frame = (length: number, ...rest: number[]): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(length);
    return Buffer.concat([bytes, Buffer.from(rest)]);
  };

  it.each<[string, Buffer, string]>([
    ["HTTP", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "was refused"],
    ["a frame over 100 MB", frame(104_857_601), "was refused"],
    ["a negative length", frame(-1), "was refused"],
    ["an empty frame", frame(0), "was refused"],
    ["a Metadata request that is cut", frame(14, 0, 3, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 9), "does not follow"],
    [
      "an array that claims 2 billion elements",
      frame(14, 0, 3, 0, 4, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff),
      "claims 2147483647",
    ],
    ["an API that does not exist", frame(10, 0, 99, 0, 0, 0, 0, 0, 1, 0xff, 0xff), "API 99"],
  ])("%s", async (_, bytes, reason) => {
    const client = await connect();
    client.sendBytes(bytes);
    await client.closedByBroker();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(reason);
    expect((await listOffsets(bystander, topic, -1n)).error).toBe(0);
  });

  it("random bytes, many times over", async () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648);
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const client = await connect();
      const body = Buffer.from(Array.from({ length: 10 + (random() % 60) }, () => random() >>> 8));
      body.writeInt16BE(random() % 50, 0);
      body.writeInt16BE(random() % 8, 2);
      client.sendFrame(body);
      client.close();
    }
    expect((await listOffsets(bystander, topic, -1n)).error).toBe(0);
    expect(lines.filter((line) => !/does not follow|spoken/.test(line))).toEqual([]); // no defect of the broker's own
  });
});

describe("a request", () => {
  it("may arrive in any pieces, and several in one", async () => {
    const client = await connect();
    const listTopics = Buffer.from([0, 0, 0, 14, 0, 3, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 0, 0]);
    for (const byte of listTopics) client.sendBytes(Buffer.from([byte]));
    const answer = await client.receiveFrame();
    expect(answer.includes(topic)).toBe(true);
    client.sendBytes(Buffer.concat([listTopics, listTopics, listTopics.subarray(0, 7)]));
    client.sendBytes(listTopics.subarray(7));
    for (let answered = 0; answered < 3; answered += 1) expect(await client.receiveFrame()).toEqual(answer);
    client.close();
  });
});

describe("a client that does not read", () => {
  it("gets no further request answered, so that one response waits in memory, not all", async () => {
    await createTopics(bystander, [{ name: "after" }]);
    const value = "x".repeat(1_000_000);
    for (let sent = 0; sent < 10; sent += 1) {
      await produce(bystander, { topic, batch: recordBatch({ records: [{ value }] }) });
    }
    const sleeper = await connect();
    sleeper.fallAsleep();
    for (let asked = 0; asked < 5; asked += 1) sleeper.send(fetchRequest({ topic, offset: 0n }));
    sleeper.send(produceRequest({ topic: "after", batch: recordBatch() }));
    // Were the requests read on, the produced record would be there long before these answers.
    for (let asked = 0; asked < 20; asked += 1) await fetch(bystander, { topic, offset: 0n });
    expect((await listOffsets(bystander, "after", -1n)).offset).toBe(0n);
    sleeper.wakeUp();
    for (let answered = 0; answered < 6; answered += 1) await sleeper.receiveFrame();
    expect((await listOffsets(bystander, "after", -1n)).offset).toBe(1n);
    sleeper.close();
  });
});

describe("a broker that stops", () => {
  it("ends the waits of its clients, and can stop twice", async () => {
    const waiting = await connect();
    const fetched = fetch(waiting, { topic, offset: 0n, maxWaitMs: 60_000 });
    await Promise.all([broker.stop(), broker.stop(), expect(fetched).rejects.toThrow()]);
  });
});

describe("the options", () => {
  it("make no topics when told so, and as many partitions as asked for", async () => {
    const strict = await startDevBroker({ autoCreateTopics: false });
    const generous = await startDevBroker({ defaultPartitions: 7 });
    const ofStrict = await RawClient.connect(strict.brokers[0] ?? "");
    const ofGenerous = await RawClient.connect(generous.brokers[0] ?? "");
    expect(await topicMetadata(ofStrict, "asked")).toEqual({ error: 3, partitions: 0 });
    expect(await topicMetadata(ofGenerous, "asked")).toEqual({ error: 0, partitions: 7 });
    ofStrict.close();
    ofGenerous.close();
    await Promise.all([strict.stop(), generous.stop()]);
  });

  it("tell clients another address", async () => {
    const proxied = await startDevBroker({ advertisedAddress: "proxy.example:1234" });
    expect(proxied.brokers).toEqual(["proxy.example:1234"]);
    const client = await RawClient.connect(`127.0.0.1:${proxied.port}`);
    const response = await client.call({ key: 3, version: 0, body: (request) => void request.array([], () => {}) });
    expect(response.array(() => [response.int32(), response.string(), response.int32()])).toEqual([
      [1, "proxy.example", 1234],
    ]);
    client.close();
    await proxied.stop();
  });

  it("are refused when they are wrong, all at once", async () => {
    await expect(startDevBroker({ port: -1, defaultPartitions: 0 })).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(/port must be .*; defaultPartitions must be /),
    });
  });
});
