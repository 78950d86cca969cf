import { SHARD_GROUPS } from "../cursors/shard-groups.ts";
import { messageOf, RelayError } from "../errors.ts";
import { type KafkaAdmin, type NewTopic, withKafkaAdmin } from "../kafka/kafka-admin.ts";
import type { KafkaSettings } from "../settings/kafka-settings.ts";
import { topicDefaults } from "../kafka/topic-plan.ts";

/**
 * What the topic of cursors is like: a partition for each group, and of each key only the newest record. Small segments, as
 * only closed ones are compacted.
 */
export function cursorTopicPlan(topic: string, brokers: number): NewTopic {
  const replicationFactor = Math.min(topicDefaults.replicationFactor, brokers);
  return {
    topic,
    partitions: SHARD_GROUPS,
    replicationFactor,
    configs: {
      "cleanup.policy": "compact",
      "segment.bytes": String(16 << 20),
      ...(replicationFactor >= 3 ? { "min.insync.replicas": "2" } : {}),
    },
  };
}

/**
 * Creates the topic of cursors where it is missing.
 *
 * @throws RelayError TOPICS_NOT_CREATED, BROKER_UNREACHABLE
 */
export async function ensureCursorTopic(settings: KafkaSettings): Promise<void> {
  await withKafkaAdmin(settings, (admin) => ensureTopic(admin, settings.cursorTopic));
}

async function ensureTopic(admin: KafkaAdmin, topic: string): Promise<void> {
  const [existing] = await admin.describeTopics([topic]);
  if (existing !== undefined && existing.partitions.length >= SHARD_GROUPS) return;
  try {
    if (existing !== undefined) throw new Error(`it has ${existing.partitions.length} partitions, not ${SHARD_GROUPS}`);
    await admin.createTopic(cursorTopicPlan(topic, (await admin.brokerIds()).length));
  } catch (error) {
    throw new RelayError(
      "TOPICS_NOT_CREATED",
      `--delivery exactly-once needs the topic ${topic} with ${SHARD_GROUPS} partitions and cleanup.policy=compact: ` +
        `${messageOf(error)}. Create it with \`outbox-relay topics ensure --topic ${topic} --partitions ${SHARD_GROUPS} ` +
        "--set cleanup.policy=compact`, or let the relay's principal do it.",
      { cause: error },
    );
  }
}
