import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type TestBroker, startTestBroker } from "@waybill/harness";
import { coordinator, createTopic, eventually, settled, unique } from "./fixtures.ts";
import { RawClient } from "./raw-client.ts";
import { recordBatch, transactional } from "./record-batch-builder.ts";
import { fetch, listOffsets } from "./raw-fetch.ts";
import { offsetFetch } from "./raw-groups.ts";
import { produce } from "./raw-produce.ts";
import {
  type Producer,
  addOffsets,
  addPartitions,
  endTransaction,
  initProducerId,
  txnOffsetCommit,
} from "./raw-transactions.ts";

let broker: TestBroker;
let client: RawClient;
let topic: string;
let id: string;
let producer: Producer;

beforeAll(async () => {
  broker = await startTestBroker();
  client = await RawClient.connect(broker.brokers[0] ?? "");
});

afterAll(async () => {
  client.close();
  await broker.stop();
});

beforeEach(async () => {
  topic = await createTopic(client);
  id = unique("transactional");
  await coordinator(client, id, 1);
  producer = await init();
});

const init = (claimed?: Producer): Promise<Producer & { error: number }> =>
  settled(
    () => initProducerId(client, id, claimed === undefined ? {} : { claimed }),
    ({ error }) => error,
  );

const add = (by = producer, topics = [topic], version = 2): Promise<number[]> =>
  settled(
    () => addPartitions(client, id, by, topics, version),
    ([error = 0]) => error,
  );

const end = (commit: boolean, by = producer, version = 2): Promise<number> =>
  settled(
    () => endTransaction(client, id, by, commit, version),
    (error) => error,
  );

async function send(
  sequence: number,
  options: { by?: Producer; plain?: boolean; version?: number } = {},
): Promise<number> {
  const { by = producer, plain = false, version = 7 } = options;
  const attributes = plain ? 0 : transactional;
  const identity = { producerId: by.producerId, producerEpoch: by.epoch, baseSequence: sequence };
  const batch = recordBatch({ attributes, ...identity });
  return (await produce(client, { topic, batch, transactionalId: id, version })).error;
}

const committedEnd = async (): Promise<bigint> => (await listOffsets(client, topic, -1n, true)).offset;

describe("a transaction", () => {
  it("is hidden from read_committed readers until it is committed", async () => {
    expect(await add()).toEqual([0]);
    expect(await send(0)).toBe(0);
    expect(await fetch(client, { topic, offset: 0n, readCommitted: true })).toMatchObject({
      error: 0,
      highWatermark: 1n,
      lastStableOffset: 0n,
      records: Buffer.alloc(0),
    });
    expect((await fetch(client, { topic, offset: 0n })).records.length).toBeGreaterThan(0);
    expect(await committedEnd()).toBe(0n);

    expect(await end(true)).toBe(0);
    await eventually(committedEnd, (offset) => offset === 2n); // the record and its marker
    const read = await fetch(client, { topic, offset: 0n, readCommitted: true });
    expect(read.aborted).toEqual([]);
    expect(read.records.length).toBeGreaterThan(0);
  });

  it("is named to read_committed readers as aborted, and to no others", async () => {
    await add();
    await send(0);
    expect(await end(false)).toBe(0);
    await eventually(committedEnd, (offset) => offset === 2n);
    const aborted = [{ producerId: producer.producerId, firstOffset: 0n }];
    expect((await fetch(client, { topic, offset: 0n, readCommitted: true })).aborted).toEqual(aborted);
    expect((await fetch(client, { topic, offset: 0n })).aborted).toEqual([]);
    expect((await fetch(client, { topic, offset: 2n, readCommitted: true, maxWaitMs: 0 })).aborted).toEqual([]);
  });

  it("can be ended the same way again, not the other way: error 48", async () => {
    expect(await end(true)).toBe(48);
    await add();
    expect(await end(true)).toBe(0);
    expect(await end(true)).toBe(0);
    expect(await end(false)).toBe(48);
  });

  it("takes no batch for a partition that was not added: error 48, from Produce version 11 on 120", async () => {
    expect(await send(0)).toBe(48);
    expect(await send(0, { version: 11 })).toBe(120);
  });

  it("takes no batch of its producer that is not transactional: error 48", async () => {
    await add();
    await send(0);
    expect(await send(1, { plain: true })).toBe(48);
  });

  it("takes no batch without a transactional id: error 53", async () => {
    const identity = { producerId: producer.producerId, producerEpoch: 0, baseSequence: 0 };
    const batch = recordBatch({ attributes: transactional, ...identity });
    expect((await produce(client, { topic, batch })).error).toBe(53);
  });

  it("adds all of its partitions or none: errors 3 and 55", async () => {
    const errors = await add(producer, [topic, unique("unknown")]);
    expect(new Set(errors)).toEqual(new Set([3, 55]));
    expect(await end(true)).toBe(48);
  });

  it("knows its producer by id (error 49) and epoch (error 90, before version 2 47)", async () => {
    const stranger = { producerId: producer.producerId + 999_999n, epoch: 0 };
    const laterOne = { ...producer, epoch: 7 };
    expect(await add(stranger)).toEqual([49]);
    expect(await add(laterOne)).toEqual([90]);
    expect(await add(laterOne, [topic], 1)).toEqual([47]);
    expect(await end(true, stranger)).toBe(49);
    expect(await end(true, laterOne)).toBe(90);
    expect(await end(true, laterOne, 1)).toBe(47);
    await add();
    expect(await send(0, { by: stranger })).toBe(49);
    expect(await send(0, { by: laterOne })).toBe(47);
  });
});

describe("a second producer of the same transactional id", () => {
  it("fences the first and aborts what it left open", async () => {
    await add();
    await send(0);
    const second = await init();
    expect(second).toMatchObject({ error: 0, producerId: producer.producerId });
    expect(second.epoch).toBeGreaterThan(producer.epoch);
    await eventually(committedEnd, (offset) => offset === 2n);
    expect((await fetch(client, { topic, offset: 0n, readCommitted: true })).aborted).toHaveLength(1);
    expect(await send(1)).toBe(47);
    expect(await add()).toEqual([90]);
    expect(await end(true)).toBe(90);
    expect(await add(second)).toEqual([0]);
    expect(await send(0, { by: second })).toBe(0);
  });

  it("that claims the current epoch gets the next one, a repeat of the claim the same", async () => {
    const next = await init(producer);
    expect(next).toEqual({ ...producer, error: 0, epoch: producer.epoch + 1 });
    expect(await init(producer)).toEqual(next);
    await init();
    expect((await init(producer)).error).toBe(90);
    expect((await init({ producerId: 123_456n, epoch: 0 })).error).toBe(90);
    expect((await init({ producerId: 123_456n, epoch: -1 })).error).toBe(42);
  });
});

describe("a producer id", () => {
  it("is not given for an empty transactional id (error 42) or an impossible timeout (error 50)", async () => {
    expect((await initProducerId(client, "")).error).toBe(42);
    expect((await initProducerId(client, unique("t"), { timeoutMs: 0 })).error).toBe(50);
    expect((await initProducerId(client, unique("t"), { timeoutMs: 900_001 })).error).toBe(50);
  });

  it("is another one each time without a transactional id", async () => {
    const one = await initProducerId(client);
    const other = await initProducerId(client);
    expect(one).toMatchObject({ error: 0, epoch: 0 });
    expect(other.producerId).not.toBe(one.producerId);
  });
});

describe("offsets in a transaction", () => {
  let groupId: string;
  const commitOffsets = (by = producer, of = topic): Promise<number> =>
    settled(
      () => txnOffsetCommit(client, id, by, groupId, of),
      (error) => error,
    );

  beforeEach(async () => {
    groupId = unique("group");
    await coordinator(client, groupId, 0);
  });

  it("are committed with it; until then a reader who asks for stable ones is told so: error 88", async () => {
    expect(
      await settled(
        () => addOffsets(client, id, producer, groupId),
        (error) => error,
      ),
    ).toBe(0);
    expect(await commitOffsets()).toBe(0);
    expect(await offsetFetch(client, groupId, topic)).toEqual({ offset: -1n, error: 0 });
    expect((await offsetFetch(client, groupId, topic, true)).error).toBe(88);
    expect(await end(true)).toBe(0);
    const stable = await eventually(
      () => offsetFetch(client, groupId, topic, true),
      ({ error }) => error === 0,
    );
    expect(stable.offset).toBe(5n);
  });

  it("are forgotten when it is aborted", async () => {
    await settled(
      () => addOffsets(client, id, producer, groupId),
      (error) => error,
    );
    await commitOffsets();
    expect(await end(false)).toBe(0);
    const stable = await eventually(
      () => offsetFetch(client, groupId, topic, true),
      ({ error }) => error === 0,
    );
    expect(stable.offset).toBe(-1n);
  });

  it("are refused for a group that was not added (error 48), of a stranger (49), an old epoch (47), an unknown topic (3)", async () => {
    expect(await commitOffsets()).toBe(48);
    await settled(
      () => addOffsets(client, id, producer, groupId),
      (error) => error,
    );
    expect(await commitOffsets({ ...producer, producerId: 999_999n })).toBe(49);
    expect(await commitOffsets({ ...producer, epoch: 5 })).toBe(47);
    expect(await commitOffsets(producer, unique("unknown"))).toBe(3);
  });
});
