import { createConsumer } from "@waybill/consumer";
import type { Database } from "../database.ts";
import type { Providers } from "../providers/providers.ts";
import { analytics } from "./analytics.ts";
import { email } from "./email.ts";
import { inventory } from "./inventory.ts";
import { loyalty } from "./loyalty.ts";
import { orderConfirmation } from "./order-confirmation.ts";
import type { Reaction, ShopConsumer } from "./reaction.ts";
import { refunds } from "./refunds.ts";
import { shipping } from "./shipping.ts";

/** Every consumer group of the shop. */
export const reactions: readonly Reaction[] = [
  inventory,
  orderConfirmation,
  refunds,
  shipping,
  email,
  analytics,
  loyalty,
];

export interface ReactionParts {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly database: Database;
  readonly providers: Providers;
  /** Partitions that each group handles at once. */
  readonly concurrency: number;
}

/** Starts every consumer group in this process; a shop of many teams would run each in its own. */
export async function startReactions(parts: ReactionParts): Promise<{ stop(): Promise<void> }> {
  const { brokers, registryUrl, database, providers, concurrency } = parts;
  const consumers = reactions.map(({ groupId, subscribe }): ShopConsumer => {
    const consumer = createConsumer({ groupId, brokers, registryUrl, prisma: database, concurrency });
    subscribe(consumer, providers);
    return consumer;
  });
  const stop = async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  };
  try {
    await Promise.all(consumers.map((consumer) => consumer.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}
