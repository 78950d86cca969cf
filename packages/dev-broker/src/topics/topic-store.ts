import { randomBytes } from "node:crypto";
import { Partition } from "../log/partition.ts";
import type { AppendLimits, Refusal } from "../log/produce-validation.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { Metadata } from "../storage/journal-entry.ts";
import type { Storage } from "../storage/storage.ts";
import { appendLimits, topicConfigProblem } from "./topic-configs.ts";
import { collisionKey, topicNameProblem } from "./topic-name.ts";

/** Kafka's own limit of partitions made by one request. */
const maxPartitions = 10_000;

export interface Topic {
  readonly name: string;
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly partitions: readonly Partition[];
  readonly configs: ReadonlyMap<string, string>;
  readonly limits: AppendLimits;
}

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly configs: readonly (readonly [name: string, value: string | null])[];
}

/** The topics by name: made, grown and deleted here alone. */
export class TopicStore {
  readonly #topics = new Map<string, Topic>();
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Opens what the storage holds. */
  restore(metadata: Metadata): void {
    for (const { name, id, partitions, configs } of metadata.topics.values()) {
      const opened = this.#openPartitions(id, 0, partitions);
      for (const partition of opened) {
        partition.deleteBefore(metadata.logStarts.get(`${id}/${partition.index}`) ?? 0n);
      }
      this.#put(name, id, opened, new Map(Object.entries(configs)));
    }
  }

  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  partition(name: string, index: number): Partition | undefined {
    return this.#topics.get(name)?.partitions[index];
  }

  all(): Topic[] {
    return [...this.#topics.values()];
  }

  /** Why this topic cannot be made; null when it can. */
  check(topic: NewTopic): Refusal | null {
    const nameProblem = topicNameProblem(topic.name);
    if (nameProblem !== null) {
      return { error: ErrorCode.INVALID_TOPIC_EXCEPTION, reason: `Topic name is invalid: ${nameProblem}` };
    }
    if (this.#topics.has(topic.name)) {
      return { error: ErrorCode.TOPIC_ALREADY_EXISTS, reason: `Topic '${topic.name}' already exists.` };
    }
    const rival = this.all().find((other) => collisionKey(other.name) === collisionKey(topic.name));
    if (rival !== undefined) {
      return {
        error: ErrorCode.INVALID_TOPIC_EXCEPTION,
        reason: `Topic '${topic.name}' collides with existing topic '${rival.name}': they differ in '.' and '_' only.`,
      };
    }
    for (const [name, value] of topic.configs) {
      const problem = topicConfigProblem(name, value);
      if (problem !== null) return { error: ErrorCode.INVALID_CONFIG, reason: problem };
    }
    if (topic.partitions > maxPartitions) {
      return { error: ErrorCode.POLICY_VIOLATION, reason: `More than ${maxPartitions} partitions at once.` };
    }
    if (topic.partitions < 1) {
      return { error: ErrorCode.INVALID_PARTITIONS, reason: "The number of partitions must be larger than 0." };
    }
    return null;
  }

  /** Makes a topic that `check` found nothing against. @throws the file system's error */
  create(topic: NewTopic): Topic {
    const id = randomBytes(16).toString("hex");
    const configs = new Map(topic.configs.map(([name, value]) => [name, value ?? ""]));
    const partitions = this.#openPartitions(id, 0, topic.partitions);
    this.#record(topic.name, id, partitions.length, configs);
    return this.#put(topic.name, id, partitions, configs);
  }

  /** Adds partitions up to `count`. @throws the file system's error */
  grow(topic: Topic, count: number): void {
    const added = this.#openPartitions(topic.id, topic.partitions.length, count);
    this.#record(topic.name, topic.id, count, topic.configs);
    this.#put(topic.name, topic.id, [...topic.partitions, ...added], topic.configs);
  }

  /** @throws the file system's error */
  delete(topic: Topic): void {
    this.#storage.record({ kind: "topic-deleted", name: topic.name });
    this.#topics.delete(topic.name);
    for (const partition of topic.partitions) partition.close();
    this.#storage.dropTopic(topic.id);
  }

  /** Drops a partition's records below `offset`. @throws the file system's error */
  deleteRecords(topic: Topic, partition: Partition, offset: bigint): void {
    if (offset <= partition.logStartOffset) return;
    const entry = { topicId: topic.id, partition: partition.index, offset: String(offset) };
    this.#storage.record({ kind: "log-start", ...entry });
    partition.deleteBefore(offset);
  }

  #openPartitions(topicId: string, from: number, to: number): Partition[] {
    return Array.from({ length: to - from }, (_, added) => {
      const { file, batches } = this.#storage.openPartition(topicId, from + added);
      const partition = new Partition(from + added, file);
      for (const batch of batches) partition.restore(batch);
      return partition;
    });
  }

  #record(name: string, id: string, partitions: number, configs: ReadonlyMap<string, string>): void {
    this.#storage.record({ kind: "topic", name, id, partitions, configs: Object.fromEntries(configs) });
  }

  #put(name: string, id: string, partitions: Partition[], configs: ReadonlyMap<string, string>): Topic {
    const topic = { name, id, partitions, configs, limits: appendLimits(configs) };
    this.#topics.set(name, topic);
    return topic;
  }
}
