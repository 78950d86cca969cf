import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import { invalidTopicName, isTopicName } from "../../kafka/topic-name.ts";
import type { Codec } from "../compression.ts";
import type { LanePublisher, PublisherLane, TopicProblem, TransactionalLane } from "../lane-publisher.ts";
import { BookmarkLog } from "./bookmark-log.ts";
import { type BrokerAddress, BrokerConnection, type BrokerConnectionOptions } from "./broker-connection.ts";
import { BrokerConnections } from "./broker-connections.ts";
import { BufferPool } from "./buffer-pool.ts";
import { Cluster } from "./cluster.ts";
import { LaneFill } from "./lane-fill.ts";
import { LaneSender } from "./lane-sender.ts";
import { ProducerSequences } from "./producer-sequences.ts";
import { TransactionCoordinator } from "./transaction-coordinator.ts";
import { type TransactionObserver, WireTransactionalLane } from "./transactional-lane.ts";
import { TransactionalProducer } from "./transactional-producer.ts";
import { WireLane } from "./wire-lane.ts";

export interface WirePublisherOptions extends BrokerConnectionOptions {
  /** host:port of the bootstrap servers. */
  readonly brokers: readonly string[];
  /** Most bytes of one record batch: not above the topics' `max.message.bytes`. */
  readonly maxRequestBytes: number;
  /** Whether asking for a missing topic may make the broker create it. */
  readonly autoCreateTopics: boolean;
  /** Null: batches go as they are. */
  readonly codec: Codec | null;
  /** How long an added partition may go unnoticed. */
  readonly metadataMaxAgeMs: number;
  /** The time of records, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** The compacted topic that transactional lanes keep their bookmarks in. */
  readonly cursorTopic: string;
  /** When the broker aborts a transaction by itself; the lane does at half of it. */
  readonly transactionTimeoutMs: number;
  readonly transactionObserver: TransactionObserver;
}

/** What the buffers of all lanes may keep between two batches. */
const KEPT_BUFFER_BYTES = 32 << 20;
/** A topic that is just being made has no leaders yet. */
const NEW_TOPIC_ATTEMPTS = 20;
const NEW_TOPIC_DELAY_MS = 50;

/**
 * Speaks Kafka's protocol itself where it matters: record batches are encoded straight from the rows, by idempotent
 * producers. Connections, TLS and SASL are @platformatic/kafka's.
 */
export class WirePublisher implements LanePublisher {
  readonly #options: WirePublisherOptions;
  readonly #pool = new BufferPool(KEPT_BUFFER_BYTES);
  readonly #cluster: Cluster;
  readonly #lanes: BrokerConnections[] = [];

  constructor(options: WirePublisherOptions) {
    this.#options = options;
    this.#cluster = new Cluster({
      bootstrap: options.brokers.map(addressOf),
      open: (address) => BrokerConnection.open(address, options),
      autoCreateTopics: options.autoCreateTopics,
      metadataMaxAgeMs: options.metadataMaxAgeMs,
      now: () => performance.now(),
    });
  }

  connect(): Promise<void> {
    return this.#cluster.refresh();
  }

  prepareTopic(topic: string): Promise<TopicProblem | null> | null {
    if (this.#cluster.problemOf(topic) === null) return null;
    return isTopicName(topic) ? this.#findTopic(topic) : Promise.resolve(invalidTopicName);
  }

  openLane(_name: string): PublisherLane {
    const cluster = this.#cluster;
    const { codec, nowMs } = this.#options;
    const connections = this.#openConnections();
    const sequences = new ProducerSequences(async () => (await cluster.control()).initProducerId());
    return new WireLane({
      fill: this.#newFill(),
      sender: new LaneSender({ cluster, connections, sequences, codec, nowMs }),
      sequences,
      onSend: () => cluster.refreshIfOld(),
    });
  }

  openTransactionalLane(): TransactionalLane {
    const cluster = this.#cluster;
    const { codec, nowMs, cursorTopic, transactionTimeoutMs, transactionObserver } = this.#options;
    const connections = this.#openConnections();
    const now = () => performance.now();
    const coordinatorOf = (transactionalId: string) =>
      new TransactionCoordinator({ transactionalId, timeoutMs: transactionTimeoutMs, cluster, connections });
    return new WireTransactionalLane({
      fill: this.#newFill(),
      senderOf: (transactionalId, sequences) =>
        new LaneSender({ cluster, connections, sequences, codec, nowMs, transactionalId }),
      claimProducer: (transactionalId) =>
        TransactionalProducer.claim(coordinatorOf(transactionalId), { maxOpenMs: transactionTimeoutMs / 2, now }),
      bookmarks: new BookmarkLog({ topic: cursorTopic, cluster, connections }),
      observer: transactionObserver,
      onSend: () => cluster.refreshIfOld(),
      now,
    });
  }

  async disconnect(): Promise<void> {
    this.#cluster.close();
    for (const connections of this.#lanes.splice(0)) connections.close();
  }

  #openConnections(): BrokerConnections {
    const connections = new BrokerConnections({
      open: (address) => BrokerConnection.open(address, this.#options),
      addressOf: (nodeId) => this.#cluster.addressOf(nodeId),
    });
    this.#lanes.push(connections);
    return connections;
  }

  #newFill(): LaneFill {
    return new LaneFill({
      pool: this.#pool,
      maxBatchBytes: this.#options.maxRequestBytes,
      partitionsOf: (topic) => this.#cluster.partitionCount(topic),
    });
  }

  async #findTopic(topic: string): Promise<TopicProblem | null> {
    const attempts = this.#options.autoCreateTopics ? NEW_TOPIC_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt++) {
      const problem = await this.#askFor(topic);
      if (problem === null || attempt === attempts) return problem;
      await delay(NEW_TOPIC_DELAY_MS);
    }
  }

  async #askFor(topic: string): Promise<TopicProblem | null> {
    try {
      await this.#cluster.refresh(topic);
      return this.#cluster.problemOf(topic);
    } catch (error) {
      return { reason: "unavailable", message: messageOf(error) };
    }
  }
}

/** The last colon divides host and port: IPv6 addresses have more, in brackets. */
function addressOf(broker: string): BrokerAddress {
  const colon = broker.lastIndexOf(":");
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(broker.slice(colon + 1)) };
}
