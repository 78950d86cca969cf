import type { NewTopic, TopicDescription } from "./kafka-admin.ts";

/** What the topics shall be like. Null: not asked for, so a default for new ones and nothing for existing ones. */
export interface TopicWishes {
  readonly partitions: number | null;
  readonly replicationFactor: number | null;
  readonly configs: Readonly<Record<string, string>>;
}

/** What is done about one topic. */
export interface TopicPlan {
  readonly topic: string;
  readonly exists: boolean;
  /** As it will be, or as it is. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Those that were asked for, or come with the default replication. */
  readonly configs: Readonly<Record<string, string>>;
  /** How an existing topic differs from the wishes. It is left as it is. */
  readonly differences: readonly string[];
}

export const topicDefaults = { partitions: 6, replicationFactor: 3 } as const;

/** Pure: what to create, what is there, and how that differs. In order of name. */
export function planTopics(
  wanted: readonly string[],
  wishes: TopicWishes,
  existing: readonly TopicDescription[],
  brokers: number,
): TopicPlan[] {
  const byName = new Map(existing.map((description) => [description.topic, description]));
  return [...new Set(wanted)].sort().map((topic) => {
    const description = byName.get(topic);
    return description === undefined ? missingPlan(topic, wishes, brokers) : existingPlan(description, wishes);
  });
}

/** As Kafka is asked to create it. */
export function newTopicOf({ topic, partitions, replicationFactor, configs }: TopicPlan): NewTopic {
  return { topic, partitions, replicationFactor, configs };
}

/** Three copies of which two must have an event before it counts as stored, where there are brokers enough. */
function missingPlan(topic: string, wishes: TopicWishes, brokers: number): TopicPlan {
  const replicationFactor = wishes.replicationFactor ?? Math.min(topicDefaults.replicationFactor, brokers);
  const safety: Record<string, string> = replicationFactor >= 3 ? { "min.insync.replicas": "2" } : {};
  return {
    topic,
    exists: false,
    partitions: wishes.partitions ?? topicDefaults.partitions,
    replicationFactor,
    configs: { ...safety, ...wishes.configs },
    differences: [],
  };
}

function existingPlan({ topic, partitions, configs }: TopicDescription, wishes: TopicWishes): TopicPlan {
  const replicationFactor = Math.min(...partitions.map(({ replicas }) => replicas));
  const differences: string[] = [];
  if (wishes.partitions !== null && wishes.partitions !== partitions.length) {
    const why =
      wishes.partitions > partitions.length
        ? "; adding some moves keys to other partitions, so that their order breaks there once"
        : "; Kafka cannot take partitions away";
    differences.push(`partitions: ${partitions.length}, asked for ${wishes.partitions}${why}`);
  }
  if (wishes.replicationFactor !== null && wishes.replicationFactor !== replicationFactor) {
    differences.push(
      `replication factor: ${replicationFactor}, asked for ${wishes.replicationFactor}; kafka-reassign-partitions changes it`,
    );
  }
  for (const [name, value] of Object.entries(wishes.configs)) {
    const current = configs === null ? "unknown (not allowed to read it)" : (configs.get(name) ?? "no such setting");
    if (current !== value) differences.push(`${name}: ${current}, asked for ${value}; kafka-configs changes it`);
  }
  return {
    topic,
    exists: true,
    partitions: partitions.length,
    replicationFactor,
    configs: Object.fromEntries(
      Object.keys(wishes.configs).flatMap((name) => {
        const value = configs?.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    differences,
  };
}
