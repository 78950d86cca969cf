import { messageOf } from "../../errors.ts";
import { withKafkaAdmin } from "../../kafka/kafka-admin.ts";
import type { KafkaSettings } from "../../settings/kafka-settings.ts";
import { type Check, checksOf } from "./check.ts";
import { checkBroker, checkTopic } from "./kafka-verdicts.ts";

const { ok, fail } = checksOf("kafka");

/** @param topics of the outbox's newest events */
export async function examineKafka(
  settings: KafkaSettings,
  topics: readonly string[],
  maxRequestBytes: number,
): Promise<Check[]> {
  try {
    return await withKafkaAdmin(settings, async (admin) => {
      const brokers = await admin.brokerIds();
      const checks = [ok("reachable", `${brokers.length} ${brokers.length === 1 ? "broker" : "brokers"}`)];
      checks.push(checkBroker(await admin.brokerConfigs()));
      const described = new Map((await admin.describeTopics(topics)).map((topic) => [topic.topic, topic]));
      for (const topic of topics) checks.push(...checkTopic(topic, described.get(topic) ?? null, maxRequestBytes));
      return checks;
    });
  } catch (error) {
    return [fail("reachable", messageOf(error), "Nothing of Kafka could be checked further.")];
  }
}
