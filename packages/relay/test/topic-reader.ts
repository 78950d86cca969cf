import { setTimeout as delay } from "node:timers/promises";
import { Connection, fetchV12, metadataV9, type RecordsBatch } from "@platformatic/kafka";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { eventually } from "@waybill/harness";
import { type AbortedTransaction, committedBatches } from "./committed-records.ts";

export interface ReceivedRecord {
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** By the broker's clock where the topic's `message.timestamp.type` is LogAppendTime, else by the producer's. */
  readonly timestampMs: number;
}

/** Everything on a topic from its beginning, in the order of each partition, each record once. */
export interface TopicReader {
  readonly records: readonly ReceivedRecord[];
  /** The next offset of each partition that has any. */
  readonly offsets: ReadonlyMap<number, bigint>;
  /** Resolves when all that can be read at the time of the call has been read, of every partition. */
  readToEnd(): Promise<void>;
  stop(): Promise<void>;
}

export interface TopicReaderOptions {
  /** Whether what transactions wrote is read only once they commit, as consumers of the relay should. Default true. */
  readonly isCommittedOnly?: boolean;
}

export function kafkaOf(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], clientId: "relay-test", logLevel: logLevel.NOTHING });
}

export async function createTopic(brokers: readonly string[], topic: string, numPartitions = 4): Promise<void> {
  await withAdmin(brokers, (admin) =>
    admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true }),
  );
}

export async function deleteTopic(brokers: readonly string[], topic: string): Promise<void> {
  await withAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic] }));
}

/** How many records the topic has. */
export function countRecords(brokers: readonly string[], topic: string): Promise<number> {
  return withAdmin(brokers, async (admin) => {
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { offset }) => sum + Number(offset), 0);
  });
}

async function withAdmin<T>(brokers: readonly string[], ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Resolves when the topic's partitions are known; brokers that are away later are waited for. */
export async function readTopic(
  brokers: readonly string[],
  topic: string,
  { isCommittedOnly = true }: TopicReaderOptions = {},
): Promise<TopicReader> {
  const reader = new Reader(brokers, topic, isCommittedOnly);
  await reader.start();
  return reader;
}

/** After a failure, which a new leader or a broker that starts may need. */
const RETRY_MS = 50;

/** Partitions that were added are found as late as this. */
const METADATA_MAX_AGE_MS = 500;

/** Of a batch's attributes. */
const LOG_APPEND_TIME = 1 << 3;
const MAX_WAIT_MS = 100;
const MAX_BYTES = 4_000_000;

/**
 * Fetches straight from the leaders, without a group: nothing to join, to rebalance, or to leave behind when a broker
 * dies, and every offset is in sight, those of transactions' markers too.
 */
class Reader implements TopicReader {
  readonly records: ReceivedRecord[] = [];
  readonly #bootstrap: readonly string[];
  readonly #topic: string;
  readonly #isCommittedOnly: boolean;
  readonly #connections = new Map<string, Connection>();
  /** The next offset of each partition. */
  readonly #next = new Map<number, bigint>();
  /** Passes over all partitions that found nothing more to read, one after the other without any that did. */
  #idlePasses = 0;
  #leaders: ReadonlyMap<string, readonly number[]> = new Map();
  #learnedAt = Number.NEGATIVE_INFINITY;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(bootstrap: readonly string[], topic: string, isCommittedOnly: boolean) {
    this.#bootstrap = bootstrap;
    this.#topic = topic;
    this.#isCommittedOnly = isCommittedOnly;
  }

  async start(): Promise<void> {
    await eventually(() =>
      this.#learnLeaders().then(
        () => this.#leaders.size > 0,
        () => false,
      ),
    );
    this.#running = this.#run();
  }

  get offsets(): ReadonlyMap<number, bigint> {
    return this.#next;
  }

  async readToEnd(): Promise<void> {
    // The pass at hand may have begun before the call: the second one from here has not.
    this.#idlePasses = 0;
    this.#learnedAt = Number.NEGATIVE_INFINITY;
    await eventually(() => this.#idlePasses >= 2);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#forgetConnections();
    await this.#running;
    this.#forgetConnections();
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        if (performance.now() - this.#learnedAt > METADATA_MAX_AGE_MS) await this.#learnLeaders();
        const ends = await Promise.all(
          [...this.#leaders].map(([leader, partitions]) => this.#fetch(leader, partitions)),
        );
        if (ends.every((isAtEnd) => isAtEnd)) this.#idlePasses++;
        else this.#idlePasses = 0;
      } catch {
        this.#idlePasses = 0;
        this.#learnedAt = Number.NEGATIVE_INFINITY;
        this.#forgetConnections();
        if (!this.#isStopped) await delay(RETRY_MS);
      }
    }
  }

  /** @throws when no broker answers, or a partition has no leader */
  async #learnLeaders(): Promise<void> {
    const errors: unknown[] = [];
    for (const address of this.#bootstrap) {
      try {
        const { brokers, topics } = await metadataV9.api.async(await this.#connect(address), [this.#topic], false);
        const addressOf = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]));
        const leaders = Map.groupBy(topics[0]?.partitions ?? [], ({ leaderId }) => addressOf.get(leaderId) ?? "none");
        if (leaders.has("none")) throw new Error("a partition has no leader");
        this.#leaders = new Map([...leaders].map(([leader, of]) => [leader, of.map((p) => p.partitionIndex)]));
        this.#learnedAt = performance.now();
        return;
      } catch (error) {
        errors.push(error);
      }
    }
    throw new AggregateError(errors);
  }

  /** Whether there was no more to read. */
  async #fetch(leader: string, partitions: readonly number[]): Promise<boolean> {
    const connection = await this.#connect(leader);
    const wanted = partitions.map((partition) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: this.#next.get(partition) ?? 0n,
      lastFetchedEpoch: -1,
      partitionMaxBytes: MAX_BYTES,
    }));
    const { responses } = await fetchV12.api.async(
      connection,
      MAX_WAIT_MS,
      1,
      MAX_BYTES,
      this.#isCommittedOnly ? 1 : 0,
      0,
      -1, // no session: everything is asked for each time
      [{ topicId: this.#topic, partitions: wanted }],
      [],
      "",
    );
    const answers = responses.flatMap((response) => response.partitions);
    for (const { partitionIndex, records, abortedTransactions } of answers) {
      this.#take(partitionIndex, records ?? [], abortedTransactions ?? []);
    }
    return answers.every(({ partitionIndex, lastStableOffset, highWatermark }) => {
      const end = this.#isCommittedOnly && lastStableOffset >= 0n ? lastStableOffset : highWatermark;
      return (this.#next.get(partitionIndex) ?? 0n) >= end;
    });
  }

  #take(partition: number, batches: readonly RecordsBatch[], aborted: readonly AbortedTransaction[]): void {
    const from = this.#next.get(partition) ?? 0n;
    for (const batch of committedBatches(batches, this.#isCommittedOnly ? aborted : [])) {
      for (const { offsetDelta, timestampDelta, key, value, headers } of batch.records) {
        if (batch.firstOffset + BigInt(offsetDelta) < from) continue; // a batch comes whole, wherever one asks from
        this.records.push({
          partition,
          key: key?.toString() ?? null,
          value: value as Buffer, // nothing here writes tombstones
          headers: Object.fromEntries(headers.map(([name, text]) => [String(name), String(text)])),
          timestampMs: Number(
            (batch.attributes & LOG_APPEND_TIME) === 0 ? batch.firstTimestamp + timestampDelta : batch.maxTimestamp,
          ),
        });
      }
    }
    const last = batches.at(-1);
    if (last !== undefined) this.#next.set(partition, last.firstOffset + BigInt(last.lastOffsetDelta) + 1n);
  }

  async #connect(address: string): Promise<Connection> {
    const open = this.#connections.get(address);
    if (open?.isConnected() === true) return open;
    if (this.#isStopped) throw new Error("stopped");
    const connection = new Connection("relay-test", { connectTimeout: 1_000, requestTimeout: 5_000 });
    connection.on("error", () => {}); // requests fail with it
    this.#connections.set(address, connection);
    const colon = address.lastIndexOf(":");
    await connection.connect(address.slice(0, colon), Number(address.slice(colon + 1)));
    return connection;
  }

  #forgetConnections(): void {
    // Not by an orderly end, which a broker that hangs would never answer.
    for (const connection of this.#connections.values()) connection.socket?.destroy();
    this.#connections.clear();
  }
}
