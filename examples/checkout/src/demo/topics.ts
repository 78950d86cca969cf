import type { ShopConsumer } from "../consumers/reaction.ts";
import { reactions } from "../consumers/reactions.ts";
import { simulateProviders } from "../providers/providers.ts";
import kafkajs, { type Admin } from "kafkajs";
import { setTimeout as delay } from "node:timers/promises";
import { readEndOffsets } from "./topic-reader.ts";

/** The topics of the shop's events. */
export const SHOP_TOPICS: readonly string[] = [
  "inventory.stock",
  "orders.order",
  "payments.payment",
  "shipping.shipment",
  "users.user",
];

/** Where the consumer groups put what they give up. */
const DEAD_LETTER_TOPICS: readonly string[] = reactions.map(({ groupId }) => `${groupId}.dead-letters`);

/** Partitions of each topic of events that the demo makes. */
export const PARTITIONS = 6;

const METADATA_WITHIN_MS = 10_000;

/**
 * Makes the topics that are missing, the consumer groups' dead-letter topics among them, and waits until every
 * partition has a leader. (kafkajs's own `waitForLeaders` gives up when a KRaft broker does not know the topic yet.)
 */
export async function createTopics(admin: Admin): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const wanted = [
    ...SHOP_TOPICS.map((topic) => ({ topic, numPartitions: PARTITIONS })),
    ...DEAD_LETTER_TOPICS.map((topic) => ({ topic, numPartitions: 1 })),
  ];
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length === 0) return;
  await admin.createTopics({ topics: missing, waitForLeaders: false });
  const giveUpAt = performance.now() + METADATA_WITHIN_MS;
  while (!(await haveLeaders(admin, missing))) {
    if (performance.now() > giveUpAt) throw new Error("the topics that were made have no leaders yet: is Kafka well?");
    await delay(50);
  }
}

/** What the consumer groups have given up, ever, a sentence for each group that did. */
export async function describeDeadLetters(admin: Admin): Promise<string[]> {
  const ends = await readEndOffsets(admin, DEAD_LETTER_TOPICS);
  return DEAD_LETTER_TOPICS.flatMap((topic) => {
    const count = ends.get(`${topic}/0`) ?? 0n;
    return count === 0n ? [] : [`${count} records are in ${topic}: their headers hold the reason`];
  });
}

async function haveLeaders(
  admin: Admin,
  wanted: readonly { readonly topic: string; readonly numPartitions: number }[],
): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: wanted.map(({ topic }) => topic) });
    const led = new Map(topics.map(({ name, partitions }) => [name, partitions.filter(({ leader }) => leader >= 0)]));
    return wanted.every(({ topic, numPartitions }) => led.get(topic)?.length === numPartitions);
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSError && error.retriable) return false; // not known yet
    throw error;
  }
}

/** The event types that each consumer group has handlers for, by asking the groups' own code. */
export function readSubscriptions(): Map<string, ReadonlySet<string>> {
  const providers = simulateProviders({ paymentMs: 0, carrierMs: 0, emailMs: 0 });
  return new Map(
    reactions.map(({ groupId, subscribe }) => {
      const types = new Set<string>();
      const recorder: ShopConsumer = {
        on(descriptor, ..._handler) {
          types.add(descriptor.type);
          return recorder;
        },
        start: async () => {},
        stop: async () => {},
      };
      subscribe(recorder, providers);
      return [groupId, types];
    }),
  );
}
