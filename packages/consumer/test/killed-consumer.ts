import { createConsumer, NonRetryableError } from "@waybill/consumer";
import { createTestPrisma } from "@waybill/harness";
import { shopEvents } from "./shop-events.ts";

/** What redelivery.int.test.ts tells the process that it starts from this file. */
export interface KilledConsumerSettings {
  /** Where it kills itself at the first event: nothing of it gets out any more, as with any other SIGKILL. */
  readonly kill: "in-handler" | "after-commit" | "after-dead-letter";
  readonly topic: string;
  readonly groupId: string;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly databaseUrl: string;
}

const settings = JSON.parse(process.argv[2] ?? "") as KilledConsumerSettings;
const { kill, topic, groupId, brokers, registryUrl, databaseUrl } = settings;

const consumer = createConsumer({
  groupId,
  brokers,
  registryUrl,
  prisma: createTestPrisma(databaseUrl),
  sessionTimeoutMs: 6_000, // the shortest that Kafka takes
  // Told after the commit in the database, or the dead-letter topic's acknowledgement, and before the offset moves.
  onEvent: ({ kind }) => {
    if (kind === "handled" && kill === "after-commit") process.kill(process.pid, "SIGKILL");
    if (kind === "dead-lettered" && kill === "after-dead-letter") process.kill(process.pid, "SIGKILL");
  },
});
consumer.on(shopEvents(topic).placedV2, async (event, { tx }) => {
  await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id, amount: event.data.amount } });
  if (kill === "after-dead-letter") throw new NonRetryableError("a bad event");
  if (kill === "in-handler") process.kill(process.pid, "SIGKILL");
});
await consumer.start();
