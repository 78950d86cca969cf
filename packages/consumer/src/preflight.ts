import { isTransientDatabaseError } from "./database-errors.ts";
import { ConsumerError } from "./errors.ts";
import { summarizeError } from "./error-summary.ts";
import { inboxExists, type InboxClient } from "./inbox.ts";
import type { KafkaPort } from "./kafka-port.ts";

/** @throws ConsumerError DATABASE_UNREACHABLE, MIGRATION_MISSING */
export async function checkDatabase(prisma: InboxClient): Promise<void> {
  let exists: boolean;
  try {
    exists = await inboxExists(prisma);
  } catch (error) {
    const { message } = summarizeError(error);
    const advice = isTransientDatabaseError(error) ? "Check that it is up" : "Check its URL and credentials";
    throw new ConsumerError(
      "DATABASE_UNREACHABLE",
      `The database of the given Prisma client cannot be used: ${message}. ${advice}.`,
      { cause: error },
    );
  }
  if (exists) return;
  throw new ConsumerError(
    "MIGRATION_MISSING",
    'The database has no table waybill.inbox: run "outbox-relay migrate", or "outbox-relay migrate --prisma <dir>" ' +
      "and your Prisma migrations.",
  );
}

/** The topics that a consumer needs. */
export interface TopicPlan {
  readonly topics: readonly string[];
  readonly deadLetterTopic: string;
  readonly createMissingTopics: boolean;
}

/**
 * Sees to it that all topics exist. The dead-letter topic is the consumer's own and is made; event topics belong to
 * their producers, and a missing one is more often a wrong name than an early consumer.
 *
 * @throws ConsumerError BROKER_UNREACHABLE, TOPIC_MISSING
 */
export async function checkTopics(kafka: KafkaPort, plan: TopicPlan): Promise<void> {
  const { topics, deadLetterTopic, createMissingTopics } = plan;
  const missing = await onBroker(kafka, "list its topics", kafka.missingTopics([...topics, deadLetterTopic]));
  const missingEventTopics = missing.filter((topic) => topic !== deadLetterTopic);
  if (missingEventTopics.length > 0 && !createMissingTopics) {
    throw new ConsumerError(
      "TOPIC_MISSING",
      `Kafka at ${kafka.address} has no topic ${missingEventTopics.join(", ")}. Create it, or set ` +
        "createMissingTopics to have the consumer create it with the broker's default partitions.",
    );
  }
  if (missing.length > 0) await onBroker(kafka, `create ${missing.join(", ")}`, kafka.createTopics(missing));
}

/** @throws ConsumerError BROKER_UNREACHABLE */
export async function onBroker<Result>(kafka: KafkaPort, what: string, request: Promise<Result>): Promise<Result> {
  try {
    return await request;
  } catch (error) {
    throw new ConsumerError(
      "BROKER_UNREACHABLE",
      `Kafka at ${kafka.address} did not ${what}: ${summarizeError(error).message}. ` +
        "Check the addresses, TLS and SASL settings, the consumer's rights, and that the brokers are up.",
      { cause: error },
    );
  }
}
