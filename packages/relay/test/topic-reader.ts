import { randomUUID } from "node:crypto";
import { type Admin, Kafka, logLevel } from "kafkajs";

export interface ReceivedRecord {
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything on a topic from its beginning, in the order of each partition, each record once. */
export interface TopicReader {
  readonly records: readonly ReceivedRecord[];
  /** The offset behind the last record read of each partition that has any. */
  readonly offsets: ReadonlyMap<number, bigint>;
  stop(): Promise<void>;
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

export async function readTopic(brokers: readonly string[], topic: string): Promise<TopicReader> {
  const records: ReceivedRecord[] = [];
  const offsets = new Map<number, bigint>();
  const consumer = kafkaOf(brokers).consumer({
    groupId: `relay-test-${randomUUID()}`,
    maxWaitTimeInMs: 100,
    retry: { retries: 1_000, maxRetryTime: 500 }, // rides out a broker that is killed
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
      const offset = BigInt(message.offset);
      if (offset < (offsets.get(partition) ?? 0n)) return; // fetched again, after the group was formed anew
      offsets.set(partition, offset + 1n);
      records.push({
        partition,
        key: message.key?.toString() ?? null,
        value: message.value as Buffer,
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      });
    },
  });
  return { records, offsets, stop: () => consumer.disconnect() };
}
