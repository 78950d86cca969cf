import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type TestBroker, startTestBroker } from "@waybill/harness";
import { createTopic, eventually, unique } from "./fixtures.ts";
import { RawClient } from "./raw-client.ts";
import { type BatchParts, encodeRecord, recordBatch } from "./record-batch-builder.ts";
import { listOffsets } from "./raw-fetch.ts";
import { type ProduceCall, produce, produceRequest } from "./raw-produce.ts";
import { initProducerId } from "./raw-transactions.ts";

let broker: TestBroker;
let client: RawClient;
let topic: string;
let compacted: string;

beforeAll(async () => {
  broker = await startTestBroker();
  client = await RawClient.connect(broker.brokers[0] ?? "");
  topic = await createTopic(client);
  compacted = await createTopic(client, { configs: { "cleanup.policy": "compact" } });
});

afterAll(async () => {
  client.close();
  await broker.stop();
});

async function errorOf(call: Partial<ProduceCall>): Promise<number> {
  return (await produce(client, { topic, batch: recordBatch(), ...call })).error;
}

async function errorOfBatch(parts: BatchParts): Promise<number> {
  return errorOf({ batch: recordBatch(parts) });
}

const hoursFromNow = (hours: number): bigint => BigInt(Date.now() + hours * 3_600_000);
const two = [{ value: "a" }, { value: "b", offsetDelta: 1 }];
const gzip = { attributes: 1, compress: (records: Buffer) => gzipSync(records) };
const zstd = { attributes: 4, compress: (records: Buffer) => zstdCompressSync(records) };

/** One record of "hello" with the byte at `index` changed by `difference`. */
function spoiled(index: number, difference: number): Buffer {
  const record = encodeRecord({ value: "hello" });
  const at = index < 0 ? record.length + index : index;
  record.writeUInt8((record.readUInt8(at) + difference) & 0xff, at);
  return record;
}

describe("a good batch", () => {
  it.each<[string, BatchParts]>([
    ["plain", {}],
    ["with several records", { records: two }],
    ["of the past", { baseTimestamp: 0n }],
    ["without a timestamp", { baseTimestamp: -1n }],
    ["with another greatest timestamp than its records", { maxTimestamp: 5n }],
    ["with offset deltas that only the header puts right", { records: [{ value: "a" }, { value: "b" }] }],
    ["compressed by gzip", gzip],
    ["compressed by zstd", zstd],
    ["with sequence but no producer id", { baseSequence: 3 }],
  ])("%s is stored", async (_, parts) => {
    expect(await errorOfBatch(parts)).toBe(0);
  });

  it.each([3, 5, 7, 8, 9, 11])("is stored by Produce version %i", async (version) => {
    expect(await errorOf({ version })).toBe(0);
  });

  it.each([-1, 1])("is stored with acks %i", async (acks) => {
    expect(await errorOf({ acks })).toBe(0);
  });

  it("of one byte less than the limit allows is stored, of one more is too large", async () => {
    const overhead = recordBatch({ records: [{ value: "x".repeat(1_000_000) }] }).length - 1_000_000;
    const value = (bytes: number): BatchParts => ({ records: [{ value: "x".repeat(bytes - overhead) }] });
    expect(await errorOfBatch(value(1_048_588))).toBe(0);
    expect(await errorOfBatch(value(1_048_589))).toBe(10);
  });

  it("takes the next offsets", async () => {
    const { offset } = await listOffsets(client, topic, -1n);
    expect(await produce(client, { topic, batch: recordBatch({ records: two }) })).toEqual({
      error: 0,
      baseOffset: offset,
    });
    expect(await listOffsets(client, topic, -1n)).toMatchObject({ offset: offset + 2n });
  });
});

describe("a bad batch is refused", () => {
  it.each<[string, number, BatchParts]>([
    ["a wrong checksum", 2, { crcError: 1 }],
    ["a base offset", 87, { baseOffset: 5n }],
    ["a base offset, before its wrong checksum is seen", 87, { baseOffset: 5n, crcError: 1 }],
    [
      "more bytes than max.message.bytes, before its wrong checksum is seen",
      10,
      { records: [{ value: "x".repeat(1_048_588) }], crcError: 1 },
    ],
    ["magic 1", 87, { magic: 1 }],
    ["magic 0", 87, { magic: 0 }],
    ["magic 3", 2, { magic: 3 }],
    ["a count above its offsets", 87, { recordCount: 2 }],
    ["a count above its records", 87, { recordCount: 2, lastOffsetDelta: 1 }],
    ["a count below its records", 87, { records: two, recordCount: 1, lastOffsetDelta: 0 }],
    ["no record", 87, { recordCount: 0, lastOffsetDelta: -1, recordBytes: Buffer.alloc(0) }],
    ["a negative count", 87, { recordCount: -1 }],
    ["more offsets than records", 87, { lastOffsetDelta: 5 }],
    ["a control record", 87, { attributes: 0x20 }],
    ["bytes that are no records", 87, { recordBytes: Buffer.from("not records at all") }],
    ["a record longer than it says", 87, { recordBytes: spoiled(0, -2) }],
    ["a record shorter than it says", 87, { recordBytes: spoiled(0, 2) }],
    ["headers that are missing", 87, { recordBytes: spoiled(-1, 10) }],
    ["a negative header count", 87, { recordBytes: spoiled(-1, 1) }],
    ["a header without a key", 87, { recordBytes: Buffer.from([16, 0, 0, 0, 1, 1, 2, 1, 1]) }],
    ["bytes after its records", 87, { recordBytes: Buffer.concat([encodeRecord({ value: "a" }), Buffer.from([0])]) }],
    ["a compression that does not exist", -1, { attributes: 5 }],
    ["gzip in name only", -1, { attributes: 1 }],
    ["gzip that is cut", -1, { attributes: 1, compress: (records) => gzipSync(records).subarray(0, 20) }],
    ["gzip of no records", 87, { attributes: 1, compress: () => gzipSync(Buffer.from("garbage garbage")) }],
    ["gzip of too few records", 87, { ...gzip, recordCount: 2, lastOffsetDelta: 1 }],
    [
      "gzip with offsets that are not consecutive",
      -1,
      { ...gzip, records: [{ value: "a" }, { value: "b", offsetDelta: 2 }] },
    ],
    ["zstd in name only", -1, { attributes: 4 }],
    ["Snappy in name only", -1, { attributes: 2 }],
    ["LZ4 in name only", -1, { attributes: 3 }],
    ["a timestamp two hours ahead", 32, { baseTimestamp: hoursFromNow(2) }],
    ["a record two hours ahead", 32, { records: [{ value: "a", timestampDelta: 7_200_000 }] }],
    ["gzip of a record two hours ahead", 32, { ...gzip, baseTimestamp: hoursFromNow(2) }],
    ["a producer id but no sequence", 87, { producerId: 1n, producerEpoch: 0 }],
  ])("with %s: error %i", async (_, error, parts) => {
    const before = await listOffsets(client, topic, -1n);
    expect(await errorOfBatch(parts)).toBe(error);
    expect(await listOffsets(client, topic, -1n)).toEqual(before);
  });

  it.each<[string, number, Buffer]>([
    ["nothing", 87, Buffer.alloc(0)],
    ["a few bytes", 87, Buffer.alloc(10)],
    ["zeros", 2, Buffer.alloc(80)],
    ["a cut batch", 87, recordBatch().subarray(0, 65)],
    ["two batches", 87, Buffer.concat([recordBatch(), recordBatch()])],
    ["a batch and zeros", 2, Buffer.concat([recordBatch(), Buffer.alloc(40)])],
  ])("that is %s: error %i", async (_, error, batch) => {
    expect(await errorOf({ batch })).toBe(error);
  });

  it("for a compacted topic when a record has no key: error 87", async () => {
    expect(await errorOf({ topic: compacted })).toBe(87);
    expect(await errorOf({ topic: compacted, batch: recordBatch(gzip) })).toBe(87);
    expect(await errorOf({ topic: compacted, batch: recordBatch({ records: [{ key: "k" }] }) })).toBe(0);
  });

  it("of zstd in a Produce version before it: error 76", async () => {
    expect(await errorOf({ batch: recordBatch(zstd), version: 6 })).toBe(76);
  });
});

describe("a request is refused", () => {
  it.each([2, -2])("with acks %i: error 21", async (acks) => {
    expect(await errorOf({ acks })).toBe(21);
  });

  it("for a topic or partition that does not exist: error 3, and none is made", async () => {
    const unknown = unique("unknown");
    expect(await errorOf({ topic: unknown })).toBe(3);
    expect(await errorOf({ topic: "not a name!" })).toBe(3);
    expect(await errorOf({ partition: 7 })).toBe(3);
    expect(await errorOf({ partition: -1 })).toBe(3);
    expect((await listOffsets(client, unknown, -1n)).error).toBe(3);
  });

  it("with acks 0 by closing the connection, the only answer there is", async () => {
    const other = await RawClient.connect(broker.brokers[0] ?? "");
    other.send(produceRequest({ topic, batch: recordBatch({ crcError: 1 }), acks: 0 }));
    await other.closedByBroker();
  });
});

describe("an idempotent producer", () => {
  interface Sent {
    readonly sequence: number;
    readonly epoch?: number;
    readonly records?: number;
  }

  async function newProducer(): Promise<(sent: Sent) => Promise<{ error: number; baseOffset: bigint }>> {
    // A broker that was just started refuses for a moment, as its coordinator is loading.
    const { producerId } = await eventually(
      () => initProducerId(client),
      ({ error }) => error === 0,
    );
    return ({ sequence, epoch = 0, records = 1 }) => {
      const values = Array.from({ length: records }, (_, offsetDelta) => ({ value: "v", offsetDelta }));
      const batch = recordBatch({ producerId, producerEpoch: epoch, baseSequence: sequence, records: values });
      return produce(client, { topic, batch });
    };
  }

  it("gets a repeated batch's first offset again, for the last five batches", async () => {
    const send = await newProducer();
    const first: bigint[] = [];
    for (let sequence = 0; sequence < 6; sequence += 1) first.push((await send({ sequence })).baseOffset);
    const end = await listOffsets(client, topic, -1n);
    for (let sequence = 1; sequence < 6; sequence += 1) {
      expect(await send({ sequence })).toEqual({ error: 0, baseOffset: first[sequence] });
    }
    expect((await send({ sequence: 0 })).error).toBe(45);
    expect(await listOffsets(client, topic, -1n)).toEqual(end);
  });

  it("may not leave a sequence out, nor change a batch that it repeats: error 45", async () => {
    const send = await newProducer();
    expect((await send({ sequence: 0, records: 3 })).error).toBe(0);
    expect((await send({ sequence: 4 })).error).toBe(45);
    expect((await send({ sequence: 0, records: 2 })).error).toBe(45);
    expect((await send({ sequence: 3 })).error).toBe(0);
  });

  it("may begin anywhere, as what came before may have been deleted", async () => {
    const send = await newProducer();
    expect((await send({ sequence: 5 })).error).toBe(0);
    expect((await send({ sequence: 6 })).error).toBe(0);
  });

  it("goes on at 0 after the greatest sequence", async () => {
    const send = await newProducer();
    expect((await send({ sequence: 2_147_483_646, records: 3 })).error).toBe(0);
    expect((await send({ sequence: 0 })).error).toBe(45);
    expect((await send({ sequence: 1 })).error).toBe(0);
  });

  it("begins at 0 in a new epoch (else error 45), and is fenced in an old one: error 47", async () => {
    const send = await newProducer();
    expect((await send({ sequence: 0, epoch: 1 })).error).toBe(0);
    expect((await send({ sequence: 1, epoch: 2 })).error).toBe(45);
    expect((await send({ sequence: 0, epoch: 2 })).error).toBe(0);
    expect((await send({ sequence: 1, epoch: 1 })).error).toBe(47);
    expect((await send({ sequence: 0, epoch: 1 })).error).toBe(47);
  });
});
