import { beforeEach, describe, expect, it } from "@jest/globals";
import { BufferPool } from "./buffer-pool.ts";
import { LaneFill } from "./lane-fill.ts";
import { LaneSender, type SenderCluster, type SenderConnection } from "./lane-sender.ts";
import type { PartitionAnswer, PartitionBatch } from "./produce-request.ts";
import { ProducerSequences } from "./producer-sequences.ts";

const NOT_LEADER = 6;
const MESSAGE_TOO_LARGE = 10;
const INVALID_TIMESTAMP = 32;

/** Two brokers; a topic's partition is led by partition modulo 2, until a test moves it. */
class FakeCluster implements SenderCluster {
  readonly leaders = new Map<number, number>();
  refreshed = 0;
  #isDoubtful = false;

  leaderOf(_topic: string, partition: number): number {
    return this.leaders.get(partition) ?? partition % 2;
  }

  lacks(): boolean {
    return false;
  }

  problemOf(): null {
    return null;
  }

  doubt(): void {
    this.#isDoubtful = true;
  }

  async refreshIfDoubtful(): Promise<void> {
    if (this.#isDoubtful) await this.refresh();
  }

  async refresh(): Promise<void> {
    this.refreshed++;
    this.#isDoubtful = false;
  }
}

type Answer = (batch: PartitionBatch, nodeId: number) => number;

describe("LaneSender", () => {
  let cluster: FakeCluster;
  let requests: { nodeId: number; partitions: number[] }[];
  let answer: Answer;
  let sender: LaneSender;
  let fill: LaneFill;
  let sequences: ProducerSequences;
  let now: number;

  beforeEach(() => {
    now = 1_000;
    cluster = new FakeCluster();
    requests = [];
    answer = () => 0;
    let producers = 0n;
    sequences = new ProducerSequences(async () => ({ producerId: ++producers, epoch: 0 }));
    sender = new LaneSender({
      cluster,
      connections: { get: async (nodeId) => connectionTo(nodeId) },
      sequences,
      codec: null,
      nowMs: () => now,
    });
    fill = new LaneFill({ pool: new BufferPool(0), maxBatchBytes: 400, partitionsOf: () => 4 });
  });

  function connectionTo(nodeId: number): SenderConnection {
    return {
      async produce(batches) {
        requests.push({ nodeId, partitions: batches.map(({ partition }) => partition) });
        await Promise.resolve();
        return batches.map((batch) => answerOf(batch, answer(batch, nodeId)));
      },
    };
  }

  it("asks brokers side by side, each for its partitions", async () => {
    appendRows(fill, 40);
    const outcome = await sender.attempt(fill.seal(), new AbortController().signal);
    expect(outcome).toEqual({ acknowledged: new Map([["t", 40]]), failures: [] });
    expect(new Set(requests.slice(0, 2).map(({ nodeId }) => nodeId))).toEqual(new Set([0, 1]));
    for (const { nodeId, partitions } of requests) expect(partitions.every((p) => p % 2 === nodeId)).toBe(true);
  });

  it("stores the other partitions when one has moved, and follows it", async () => {
    appendRows(fill, 40);
    const partitions = fill.seal();
    answer = ({ partition }, nodeId) => (partition === 1 && nodeId === 1 ? NOT_LEADER : 0);
    const outcome = await sender.attempt(partitions, new AbortController().signal);
    const moved = partitions.find(({ partition }) => partition === 1);
    expect(outcome.failures).toEqual([
      { reason: "unavailable", topic: "t", message: "NOT_LEADER_OR_FOLLOWER", ids: moved?.ids },
    ]);
    expect(outcome.acknowledged.get("t")).toBe(40 - (moved?.ids.length ?? 0));
    cluster.leaders.set(1, 0);
    const repeated = await sender.attempt(partitions, new AbortController().signal);
    expect(cluster.refreshed).toBe(1);
    expect(repeated.failures).toEqual([]);
    expect(requests.at(-1)).toEqual({ nodeId: 0, partitions: [1] });
  });

  it("sends nothing of a partition behind a batch that failed", async () => {
    appendRows(fill, 40);
    const partitions = fill.seal();
    answer = () => NOT_LEADER;
    await sender.attempt(partitions, new AbortController().signal);
    expect(requests).toHaveLength(2);
    expect(partitions.flatMap(({ ids }) => ids)).toHaveLength(40);
  });

  it("halves a refused batch until the offender is known, and keeps what is behind it", async () => {
    fill = new LaneFill({ pool: new BufferPool(0), maxBatchBytes: 100_000, partitionsOf: () => 1 });
    appendRows(fill, 16);
    const partitions = fill.seal();
    answer = ({ bytes }) => (bytes.includes("payload-11.") ? MESSAGE_TOO_LARGE : 0);
    const outcome = await sender.attempt(partitions, new AbortController().signal);
    expect(outcome.failures).toEqual([
      { reason: "record-too-large", topic: "t", message: "MESSAGE_TOO_LARGE", ids: [11] },
    ]);
    expect(outcome.acknowledged.get("t")).toBe(10);
    expect(partitions[0]?.ids).toEqual([11, 12, 13, 14, 15, 16]);
  });

  it("gives records that waited too long the time of now, as another producer's, and loses none", async () => {
    fill = new LaneFill({ pool: new BufferPool(0), maxBatchBytes: 100_000, partitionsOf: () => 1 });
    appendRows(fill, 3);
    const partitions = fill.seal();
    const sent: [time: bigint, producer: bigint][] = [];
    answer = ({ bytes }) => {
      sent.push([bytes.readBigInt64BE(27), bytes.readBigInt64BE(43)]);
      return NOT_LEADER;
    };
    await sender.attempt(partitions, new AbortController().signal);
    now = 9_000;
    answer = ({ bytes }) => {
      sent.push([bytes.readBigInt64BE(27), bytes.readBigInt64BE(43)]);
      return bytes.readBigInt64BE(27) < 9_000n ? INVALID_TIMESTAMP : 0;
    };
    const outcome = await sender.attempt(partitions, new AbortController().signal);
    expect(outcome).toEqual({ acknowledged: new Map([["t", 3]]), failures: [] });
    expect(sent).toEqual([
      [1_000n, 1n],
      [1_000n, 1n],
      [9_000n, 2n],
    ]);
  });

  it("pauses when the broker's clock is far from ours, and blames no record", async () => {
    appendRows(fill, 3);
    answer = () => INVALID_TIMESTAMP;
    const { failures } = await sender.attempt(fill.seal(), new AbortController().signal);
    expect(failures).toMatchObject([{ reason: "unavailable", message: "INVALID_TIMESTAMP", ids: [1, 2, 3] }]);
  });

  it("counts no sequence number for an answer that comes after its records were forgotten", async () => {
    fill = new LaneFill({ pool: new BufferPool(0), maxBatchBytes: 100_000, partitionsOf: () => 1 });
    appendRows(fill, 3);
    const forgotten = new AbortController();
    answer = () => {
      forgotten.abort();
      sequences.forgetAll();
      return 0;
    };
    await sender.attempt(fill.seal(), forgotten.signal);
    expect((await sequences.identified("t", 0)).next).toBe(0);
  });

  it("sends no more once it is aborted", async () => {
    appendRows(fill, 40);
    const aborted = new AbortController();
    answer = () => {
      aborted.abort();
      return 0;
    };
    await sender.attempt(fill.seal(), aborted.signal);
    expect(requests).toHaveLength(2);
  });
});

function answerOf({ topic, partition }: PartitionBatch, errorCode: number): PartitionAnswer {
  return { topic, partition, errorCode, message: null, refusedRecord: null };
}

function appendRows(fill: LaneFill, count: number): void {
  for (let id = 1; id <= count; id++) {
    const key = Buffer.from(`key-${id}`);
    const payload = Buffer.from(`payload-${id}.`.padEnd(50, "x"));
    const bytes = Buffer.concat([key, payload, Buffer.from([0])]);
    const payloadEnd = key.length + payload.length;
    fill.append(
      {
        id,
        topic: "t",
        bytes,
        shard: 0,
        schemaIdHigh: 0,
        schemaIdLow: 0,
        occurredAtMs: 0,
        keyStart: 0,
        keyEnd: key.length,
        payloadStart: key.length,
        payloadEnd,
        headersStart: payloadEnd,
        headersEnd: bytes.length,
      },
      1,
    );
  }
}
