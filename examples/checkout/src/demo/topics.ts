import type { ShopConsumer } from "../consumers/reaction.ts";
import { reactions } from "../consumers/reactions.ts";
import { simulateProviders } from "../providers/providers.ts";
import type { Admin } from "kafkajs";

/** The topics of the shop's events. */
export const SHOP_TOPICS: readonly string[] = [
  "inventory.stock",
  "orders.order",
  "payments.payment",
  "shipping.shipment",
  "users.user",
];

/** Partitions of each topic that the demo makes. */
export const PARTITIONS = 6;

/** Makes the topics that are missing, rather than let the first message do it. */
export async function createTopics(admin: Admin): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = SHOP_TOPICS.filter((topic) => !existing.has(topic));
  if (missing.length === 0) return;
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({ topic, numPartitions: PARTITIONS })),
  });
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
