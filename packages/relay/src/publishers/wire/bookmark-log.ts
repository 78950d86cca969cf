import { lastCommitted, partitionLog } from "./committed-record.ts";
import type { BrokerConnections } from "./broker-connections.ts";
import type { Cluster } from "./cluster.ts";
import { plainRecordBatch } from "./plain-record.ts";
import { SealedBatch, SealedPartition } from "./sealed-partition.ts";

export interface BookmarkLogOptions {
  readonly topic: string;
  readonly cluster: Pick<Cluster, "refresh" | "problemOf" | "partitionCount" | "leaderOf" | "doubt">;
  readonly connections: Pick<BrokerConnections, "get">;
}

/** Where a transactional lane keeps its bookmarks: a compacted topic, of which only the last committed of a key counts. */
export class BookmarkLog {
  readonly #options: BookmarkLogOptions;

  constructor(options: BookmarkLogOptions) {
    this.#options = options;
  }

  /** The last bookmark that was committed; null when there is none. @throws Error when it cannot be told */
  async last(partition: number, key: string): Promise<string | null> {
    const { topic, cluster, connections } = this.#options;
    await cluster.refresh(topic);
    const problem = cluster.problemOf(topic);
    if (problem !== null) throw new Error(`the topic of cursors ${topic}: ${problem.message}`);
    if (partition >= cluster.partitionCount(topic)) {
      throw new Error(`the topic of cursors ${topic} has no partition ${partition}`);
    }
    const leader = cluster.leaderOf(topic, partition);
    if (leader === null) throw new Error(`the topic of cursors ${topic}: partition ${partition} has no leader`);
    try {
      const value = await lastCommitted(
        partitionLog(await connections.get(leader), topic, partition),
        Buffer.from(key),
      );
      return value?.toString() ?? null;
    } catch (error) {
      cluster.doubt();
      throw error;
    }
  }

  /** A bookmark to be sent. */
  seal(partition: number, key: string, bookmark: string): SealedPartition {
    const batch = new SealedBatch(plainRecordBatch(Buffer.from(key), Buffer.from(bookmark)), [0]);
    return new SealedPartition({ topic: this.#options.topic, partition, batches: [batch], release: () => {} });
  }
}
