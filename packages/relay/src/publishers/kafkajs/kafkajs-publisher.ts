/**
 * The publisher by kafkajs, without idempotence and with one request outstanding per lane.
 *
 * Measured with a proxy that drops replies: kafkajs's idempotent producer with concurrent sends acknowledged 1,200
 * records and lost 114 of them; plain, with one outstanding send repeated until acknowledged, it lost none, reordered
 * none, and repeated those whose reply was lost. Its own retries are off: after a partial failure they skip every
 * broker that has answered once, also for partitions that have moved to it since.
 */
import type { Admin, Producer } from "kafkajs";
import { invalidTopicName, isTopicName } from "../../kafka/topic-name.ts";
import type { LanePublisher, PublisherLane, TopicProblem } from "../lane-publisher.ts";
import { KafkajsClient, type KafkajsClientOptions } from "./kafkajs-client.ts";
import { kafkajsFailure } from "./kafkajs-errors.ts";
import { KafkajsLane } from "./kafkajs-lane.ts";

export interface KafkajsPublisherOptions extends KafkajsClientOptions {
  /** Most bytes sent at once: not above the topics' `max.message.bytes`. */
  readonly maxRequestBytes: number;
  /** Whether missing topics are created, with the broker's defaults. */
  readonly autoCreateTopics: boolean;
  /** How long an added partition may go unnoticed. */
  readonly metadataMaxAgeMs: number;
  /** The time of records, milliseconds since 1970. */
  readonly nowMs: () => number;
}

interface KnownTopic {
  readonly partitions: number;
  readonly isMissing: boolean;
}

export class KafkajsPublisher implements LanePublisher {
  readonly #options: KafkajsPublisherOptions;
  readonly #client: KafkajsClient;
  readonly #topics = new Map<string, KnownTopic>();
  readonly #lanes: LaneProducer[] = [];
  #admin: Promise<Admin> | null = null;
  #refreshedAt = performance.now();
  #refreshing: Promise<void> | null = null;

  constructor(options: KafkajsPublisherOptions) {
    this.#options = options;
    this.#client = new KafkajsClient(options);
  }

  /** Asks for something: a token that the broker refuses is only found out by the request after it. */
  async connect(): Promise<void> {
    const admin = await this.#connectedAdmin();
    try {
      await admin.describeCluster();
    } catch (error) {
      await this.#dropAdmin();
      throw error;
    }
  }

  prepareTopic(topic: string): Promise<TopicProblem | null> | null {
    if (this.#topics.get(topic)?.isMissing === false) return null;
    return isTopicName(topic) ? this.#findTopic(topic) : Promise.resolve(invalidTopicName);
  }

  openTransactionalLane(): never {
    throw new Error("the kafkajs driver has no transactional lanes");
  }

  openLane(_name: string): PublisherLane {
    const producer = new LaneProducer(this.#client);
    this.#lanes.push(producer);
    return new KafkajsLane({
      maxRequestBytes: this.#options.maxRequestBytes,
      partitionCount: (topic) => this.#partitionCount(topic),
      send: async (topic, records) => {
        const { acks, timeout, compression } = this.#client.acks;
        const messages = records.map(({ message }) => message);
        try {
          await (await producer.connected()).send({ topic, messages, acks, timeout, compression });
        } catch (error) {
          if (kafkajsFailure(error).reason === "topic-missing") this.#setMissing(topic);
          throw error;
        }
      },
      lacks: (topic, partition) => this.#lacks(topic, partition),
      reconnect: async () => {
        await producer.disconnect();
        await this.#refresh();
      },
      onSend: () => this.#refreshIfOld(),
      nowMs: this.#options.nowMs,
    });
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.#dropAdmin(), ...this.#lanes.splice(0).map((lane) => lane.disconnect())]);
  }

  #partitionCount(topic: string): number {
    const known = this.#topics.get(topic);
    if (known === undefined) throw new Error(`topic ${topic} is appended to before it was prepared`);
    return known.partitions;
  }

  #lacks(topic: string, partition: number): boolean {
    const known = this.#topics.get(topic);
    return known !== undefined && !known.isMissing && partition >= known.partitions;
  }

  #setMissing(topic: string): void {
    const known = this.#topics.get(topic);
    if (known !== undefined) this.#topics.set(topic, { ...known, isMissing: true });
  }

  async #findTopic(topic: string): Promise<TopicProblem | null> {
    try {
      await this.#askFor(topic);
      return null;
    } catch (error) {
      const { reason, message } = kafkajsFailure(error);
      if (reason !== "topic-missing") await this.#dropAdmin();
      return { reason, message };
    }
  }

  async #askFor(topic: string): Promise<void> {
    const admin = await this.#connectedAdmin();
    if (this.#options.autoCreateTopics) await admin.createTopics({ topics: [{ topic }], waitForLeaders: false });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    for (const { name, partitions } of topics) {
      this.#topics.set(name, { partitions: partitions.length, isMissing: false });
    }
  }

  /** In the background: partitions that were added are found although nothing fails. */
  #refreshIfOld(): void {
    const maxAgeMs = this.#options.metadataMaxAgeMs;
    if (this.#refreshing !== null || performance.now() - this.#refreshedAt < maxAgeMs) return;
    this.#refreshing = this.#refresh().finally(() => (this.#refreshing = null));
  }

  async #refresh(): Promise<void> {
    for (const topic of this.#topics.keys()) {
      const problem = await this.#findTopic(topic);
      if (problem?.reason === "topic-missing") this.#setMissing(topic);
    }
    this.#refreshedAt = performance.now();
  }

  #connectedAdmin(): Promise<Admin> {
    this.#admin ??= this.#connectAdmin();
    return this.#admin;
  }

  async #connectAdmin(): Promise<Admin> {
    const admin = this.#client.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.#admin = null;
      await this.#client.disconnect(admin);
      throw error;
    }
  }

  async #dropAdmin(): Promise<void> {
    const admin = await this.#admin?.catch(() => null); // told to whoever asked for it
    this.#admin = null;
    if (admin !== null && admin !== undefined) await this.#client.disconnect(admin);
  }
}

/** A lane's own producer, and so its own connections. */
class LaneProducer {
  readonly #client: KafkajsClient;
  #producer: Producer | null = null;

  constructor(client: KafkajsClient) {
    this.#client = client;
  }

  /** @throws when no broker can be reached */
  async connected(): Promise<Producer> {
    if (this.#producer !== null) return this.#producer;
    const producer = this.#client.producer();
    try {
      await producer.connect();
    } catch (error) {
      await this.#client.disconnect(producer);
      throw error;
    }
    this.#producer = producer;
    return producer;
  }

  async disconnect(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    if (producer !== null) await this.#client.disconnect(producer);
  }
}
