import { randomUUID } from "node:crypto";
import { Kafka, logLevel } from "kafkajs";

export interface ReceivedRecord {
  readonly partition: number;
  readonly key: string | null;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything on a topic from its beginning, in the order of each partition. */
export interface TopicReader {
  readonly records: readonly ReceivedRecord[];
  stop(): Promise<void>;
}

export function kafkaOf(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], clientId: "relay-test", logLevel: logLevel.NOTHING });
}

export async function createTopic(brokers: readonly string[], topic: string, numPartitions = 4): Promise<void> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}

export async function readTopic(brokers: readonly string[], topic: string): Promise<TopicReader> {
  const records: ReceivedRecord[] = [];
  const consumer = kafkaOf(brokers).consumer({
    groupId: `relay-test-${randomUUID()}`,
    maxWaitTimeInMs: 100,
    retry: { retries: 50 },
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message }) => {
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
  return { records, stop: () => consumer.disconnect() };
}
