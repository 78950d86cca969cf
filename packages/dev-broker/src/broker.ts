import { randomBytes } from "node:crypto";
import { GroupCoordinator } from "./groups/group-coordinator.ts";
import type { Settings } from "./options.ts";
import type { Metadata } from "./storage/journal-entry.ts";
import type { Storage } from "./storage/storage.ts";
import { type ConfigEntry, ConfigSource } from "./topics/topic-configs.ts";
import { TopicStore } from "./topics/topic-store.ts";
import { TransactionCoordinator } from "./transactions/transaction-coordinator.ts";

/** The broker behind the protocol: one node that leads every partition and coordinates every group and transaction. */
export class Broker {
  readonly nodeId = 1;
  readonly clusterId = randomBytes(16).toString("base64url");
  readonly topics: TopicStore;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly now: () => number = Date.now;
  readonly #settings: Settings;
  readonly #storage: Storage;

  constructor(settings: Settings, storage: Storage) {
    this.#settings = settings;
    this.#storage = storage;
    this.topics = new TopicStore(storage);
    this.groups = new GroupCoordinator(storage, {
      initialRebalanceDelayMs: settings.groupInitialRebalanceDelayMs,
      minSessionTimeoutMs: settings.groupMinSessionTimeoutMs,
      maxSessionTimeoutMs: settings.groupMaxSessionTimeoutMs,
    });
    const { topics, groups, now } = this;
    this.transactions = new TransactionCoordinator({ storage, topics, groups, now });
  }

  get autoCreateTopics(): boolean {
    return this.#settings.autoCreateTopics;
  }

  get defaultPartitions(): number {
    return this.#settings.defaultPartitions;
  }

  /** Takes over what an earlier broker kept. @throws the file system's error */
  restore(metadata: Metadata): void {
    this.topics.restore(metadata);
    this.groups.restore(metadata);
    this.transactions.restore(metadata);
  }

  /** Deletes a topic and what the groups committed for it; false when there is none of this name. */
  deleteTopic(name: string): boolean {
    const topic = this.topics.get(name);
    if (topic === undefined) return false;
    this.topics.delete(topic);
    this.groups.forgetTopic(name);
    return true;
  }

  /** The settings of the broker itself that a client can ask for. */
  configs(): ConfigEntry[] {
    const { autoCreateTopics, defaultPartitions, groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.#settings;
    const entry = (name: string, type: ConfigEntry["type"], value: string | number | boolean): ConfigEntry => ({
      name,
      value: String(value),
      type,
      source: ConfigSource.staticBroker,
      readOnly: true,
    });
    return [
      entry("auto.create.topics.enable", "boolean", autoCreateTopics),
      entry("default.replication.factor", "int", 1),
      entry("group.initial.rebalance.delay.ms", "int", this.#settings.groupInitialRebalanceDelayMs),
      entry("group.max.session.timeout.ms", "int", groupMaxSessionTimeoutMs),
      entry("group.min.session.timeout.ms", "int", groupMinSessionTimeoutMs),
      entry("num.partitions", "int", defaultPartitions),
    ];
  }

  /** Ends every timer and wait, and closes the files. */
  close(): void {
    this.groups.close();
    this.transactions.close();
    this.#storage.close();
  }
}
