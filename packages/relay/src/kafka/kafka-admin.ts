import type { Admin } from "kafkajs";
import { messageOf, RelayError } from "../errors.ts";
import type { KafkaSettings } from "../settings/kafka-settings.ts";
import { loadKafkaSecurity } from "./kafka-security.ts";

/** A topic's or broker's settings by name; null when the relay's principal may not read them. */
export type KafkaConfigs = ReadonlyMap<string, string> | null;

export interface PartitionDescription {
  readonly partition: number;
  /** Broker id; null while there is none. */
  readonly leader: number | null;
  readonly replicas: number;
  readonly inSyncReplicas: number;
}

export interface TopicDescription {
  readonly topic: string;
  readonly partitions: readonly PartitionDescription[];
  readonly configs: KafkaConfigs;
}

export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** What admin commands ask of Kafka. It creates nothing by looking. */
export interface KafkaAdmin {
  brokerIds(): Promise<readonly number[]>;
  brokerConfigs(): Promise<KafkaConfigs>;
  /** Those of them that exist and may be seen. */
  describeTopics(topics: readonly string[]): Promise<TopicDescription[]>;
  /** False when it has come to exist meanwhile. @throws Error with what the broker says */
  createTopic(topic: NewTopic): Promise<boolean>;
}

/** Connects for one command. @throws RelayError BROKER_UNREACHABLE, SETTINGS_INVALID */
export async function withKafkaAdmin<T>(settings: KafkaSettings, use: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
  const security = await loadKafkaSecurity(settings);
  const { KafkajsClient } = await import("../publishers/kafkajs/kafkajs-client.ts"); // not in every relay's memory
  const client = new KafkajsClient({ ...settings, security, log: () => {} }); // failures arrive as errors
  const admin = client.admin();
  try {
    await admin.connect();
  } catch (error) {
    await client.disconnect(admin);
    throw new RelayError(
      "BROKER_UNREACHABLE",
      `cannot connect to Kafka at ${settings.brokers.join(", ")}: ${messageOf(error)}. Check that it runs, that ` +
        "--brokers (KAFKA_BROKERS) lists its bootstrap servers, and that --kafka-tls and --kafka-sasl-mechanism " +
        "(KAFKA_TLS, KAFKA_SASL_MECHANISM) are what that port speaks.",
      { cause: error },
    );
  }
  try {
    return await use(new KafkajsAdmin(admin));
  } finally {
    await client.disconnect(admin);
  }
}

/** As DescribeConfigs numbers them: Node.js does not find kafkajs's own names in its CommonJS. */
const resourceTypes = { topic: 2, broker: 4 } as const;

class KafkajsAdmin implements KafkaAdmin {
  readonly #admin: Admin;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  async brokerIds(): Promise<readonly number[]> {
    return (await this.#admin.describeCluster()).brokers.map(({ nodeId }) => nodeId).sort((a, b) => a - b);
  }

  async brokerConfigs(): Promise<KafkaConfigs> {
    const [id] = await this.brokerIds();
    return (await this.#configs(resourceTypes.broker, [String(id)])).get(String(id)) ?? null;
  }

  async describeTopics(topics: readonly string[]): Promise<TopicDescription[]> {
    // Asking for a missing topic by name would make a broker that may create it; the list of all asks for none.
    const existing = new Set(await this.#admin.listTopics());
    const wanted = [...new Set(topics)].filter((topic) => existing.has(topic));
    if (wanted.length === 0) return [];
    const { topics: described } = await this.#admin.fetchTopicMetadata({ topics: wanted });
    const configs = await this.#configs(resourceTypes.topic, wanted);
    return described.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions
        .map(({ partitionId, leader, replicas, isr }) => ({
          partition: partitionId,
          leader: leader < 0 ? null : leader,
          replicas: replicas.length,
          inSyncReplicas: isr.length,
        }))
        .sort((a, b) => a.partition - b.partition),
      configs: configs.get(name) ?? null,
    }));
  }

  async createTopic({ topic, partitions, replicationFactor, configs }: NewTopic): Promise<boolean> {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }));
    try {
      return await this.#admin.createTopics({
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
        waitForLeaders: true,
      });
    } catch (error) {
      throw new Error(messageOfFirst(error), { cause: error });
    }
  }

  /** By name of the resource; without those that may not be read. */
  async #configs(type: number, names: readonly string[]): Promise<Map<string, Map<string, string>>> {
    const found = new Map<string, Map<string, string>>();
    for (const name of names) {
      try {
        const { resources } = await this.#admin.describeConfigs({
          resources: [{ type, name }],
          includeSynonyms: false,
        });
        const entries = resources[0]?.configEntries ?? [];
        found.set(name, new Map(entries.map(({ configName, configValue }) => [configName, configValue])));
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
    }
    return found;
  }
}

/** kafkajs gathers the errors of topics under a message of its own. */
function messageOfFirst(error: unknown): string {
  if (typeof error === "object" && error !== null && "errors" in error && Array.isArray(error.errors)) {
    return error.errors.map(messageOf).join("; ");
  }
  return messageOf(error);
}

const refusals: ReadonlySet<unknown> = new Set([
  "TOPIC_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "UNKNOWN_TOPIC_OR_PARTITION",
]);

function isRefusal(error: unknown): boolean {
  return typeof error === "object" && error !== null && "type" in error && refusals.has(error.type);
}
