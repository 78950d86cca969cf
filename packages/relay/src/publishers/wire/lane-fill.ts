import type { RowView } from "../lane-publisher.ts";
import { partitionOfKey } from "../murmur2.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { PartitionFill } from "./partition-fill.ts";
import type { SealedPartition } from "./sealed-partition.ts";

/**
 * What the buffers of a batch begin with at most, all together, however much the partitions' last batches held: the rest
 * begin small and grow. A buffer that begins large enough spares the copies of growing and the smaller buffers left behind.
 */
const MOST_EXPECTED_BYTES = 4 << 20;

export interface LaneFillOptions {
  readonly pool: BufferPool;
  readonly maxBatchBytes: number;
  /** @throws when the topic was never prepared */
  readonly partitionsOf: (topic: string) => number;
}

interface TopicFill {
  readonly name: string;
  /** Fixed for as long as the batch lasts: a key must not change its partition while older records of it are under way. */
  readonly partitionCount: number;
  readonly partitions: (PartitionFill | undefined)[];
  /** Where records without a key go: one partition per batch. */
  readonly keyless: number;
}

/** The batch of a lane that is being filled. Sealing it hands its records over and begins the next. */
export class LaneFill {
  readonly #options: LaneFillOptions;
  readonly #topics = new Map<string, TopicFill>();
  /** By topic and partition, what the last batch held: what the next will, most likely. */
  readonly #lastBytes = new Map<string, number[]>();
  #lastTopic: TopicFill | null = null;
  #rotation = 0;
  #events = 0;
  #bytes = 0;
  #expectableBytes = MOST_EXPECTED_BYTES;

  constructor(options: LaneFillOptions) {
    this.#options = options;
  }

  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(row: RowView, registryId: number): void {
    let topic = this.#lastTopic;
    if (topic === null || topic.name !== row.topic) {
      topic = this.#topics.get(row.topic) ?? this.#begin(row.topic);
      this.#lastTopic = topic;
    }
    const partition =
      row.keyStart < 0 ? topic.keyless : partitionOfKey(row.bytes, topic.partitionCount, row.keyStart, row.keyEnd);
    const fill = topic.partitions[partition] ?? this.#beginPartition(topic, partition);
    this.#bytes += fill.append(row, registryId);
    this.#events++;
  }

  remove(ids: ReadonlySet<number>): void {
    for (const fill of this.#fills()) {
      if (!fill.holdsAny(ids)) continue;
      const { events, filledBytes } = fill;
      fill.remove(ids);
      this.#events -= events - fill.events;
      this.#bytes -= filledBytes - fill.filledBytes;
    }
  }

  seal(): SealedPartition[] {
    const sealed = this.#fills().map((fill) => fill.seal());
    this.#remember();
    this.#clear();
    return sealed;
  }

  reset(): void {
    for (const fill of this.#fills()) fill.release();
    this.#clear();
  }

  #begin(name: string): TopicFill {
    const partitionCount = this.#options.partitionsOf(name);
    const topic = { name, partitionCount, partitions: [], keyless: this.#rotation++ % partitionCount };
    this.#topics.set(name, topic);
    return topic;
  }

  #beginPartition({ name, partitions }: TopicFill, partition: number): PartitionFill {
    const { pool, maxBatchBytes } = this.#options;
    const expectedBytes = Math.min(this.#lastBytes.get(name)?.[partition] ?? 0, this.#expectableBytes);
    this.#expectableBytes -= expectedBytes;
    const fill = new PartitionFill({ topic: name, partition, pool, maxBatchBytes, expectedBytes });
    partitions[partition] = fill;
    return fill;
  }

  #fills(): PartitionFill[] {
    return [...this.#topics.values()].flatMap(({ partitions }) => partitions.filter((fill) => fill !== undefined));
  }

  #remember(): void {
    for (const { name, partitions } of this.#topics.values()) {
      this.#lastBytes.set(
        name,
        partitions.map((fill) => fill?.filledBytes ?? 0),
      );
    }
  }

  #clear(): void {
    this.#topics.clear();
    this.#lastTopic = null;
    this.#events = 0;
    this.#bytes = 0;
    this.#expectableBytes = MOST_EXPECTED_BYTES;
  }
}
