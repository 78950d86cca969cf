/**
 * The publisher by kafkajs, without idempotence and with one request outstanding.
 *
 * Measured with a proxy that drops replies: kafkajs's idempotent producer with concurrent sends acknowledged 1,200
 * records and lost 114 of them; plain, with one outstanding send repeated until acknowledged, it lost none, reordered
 * none, and repeated those whose reply was lost. Its own retries are off: after a partial failure they skip every
 * broker that has answered once, also for partitions that have moved to it since.
 */
import { decodeRecordHeaders } from "@waybill/events";
import { Kafka, logLevel, type Message, Partitioners, type Producer } from "kafkajs";
import { messageOf } from "../errors.ts";
import { partitionOfKey } from "./murmur2.ts";
import type { FailureReason, OutgoingRecord, Publisher, SendFailure } from "./publisher.ts";
import { splitByBytes } from "./split-by-bytes.ts";

export interface KafkajsPublisherOptions {
  /** host:port */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  /** How long the broker may take to have a batch replicated. */
  readonly sendTimeoutMs: number;
  /** Most bytes of one batch: below the topics' `max.message.bytes`. */
  readonly maxRequestBytes: number;
  /** Whether asking for a missing topic may make the broker create it. */
  readonly autoCreateTopics: boolean;
  /** Takes kafkajs's own log lines. */
  readonly log: (message: string) => void;
}

/** The client waits a little longer than the broker, so that the broker's own verdict arrives. */
const REPLY_MARGIN_MS = 5_000;

const reasons: Readonly<Record<string, FailureReason>> = {
  UNKNOWN_TOPIC_OR_PARTITION: "topic-missing",
  INVALID_TOPIC_EXCEPTION: "record-invalid",
  TOPIC_AUTHORIZATION_FAILED: "not-authorized",
  CLUSTER_AUTHORIZATION_FAILED: "not-authorized",
  MESSAGE_TOO_LARGE: "record-too-large",
  RECORD_LIST_TOO_LARGE: "record-too-large",
  INVALID_TIMESTAMP: "record-invalid",
  INVALID_RECORD: "record-invalid",
};

export class KafkajsPublisher implements Publisher {
  readonly #options: KafkajsPublisherOptions;
  #producer: Producer | null = null;
  /** Of this call: where one topic found no broker, the others need not wait for the same again. */
  #connectFailure: Error | null = null;
  /** For as long as a record is repeated, its message keeps the partition of its first attempt. */
  readonly #messages = new WeakMap<OutgoingRecord, Message>();

  constructor(options: KafkajsPublisherOptions) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    this.#connectFailure = null;
    await this.#connected();
  }

  async send(records: readonly OutgoingRecord[]): Promise<readonly SendFailure[]> {
    this.#connectFailure = null;
    const failures: SendFailure[] = [];
    for (const [topic, ofTopic] of Map.groupBy(records, (record) => record.topic)) {
      failures.push(...(await this.#sendTopic(topic, ofTopic)));
    }
    // kafkajs keeps state that a failure can spoil for good: one deleted topic fails the metadata of all others.
    if (failures.some(({ reason }) => reason === "unavailable" || reason === "topic-missing")) await this.disconnect();
    return failures;
  }

  async disconnect(): Promise<void> {
    const producer = this.#producer;
    this.#producer = null;
    if (producer !== null) await this.#disconnect(producer);
  }

  async #disconnect(producer: Producer): Promise<void> {
    try {
      await producer.disconnect();
    } catch (error) {
      this.#options.log(`disconnecting: ${messageOf(error)}`); // the sockets are gone either way
    }
  }

  /**
   * At the first attempt all partitions of a topic at once. A repetition goes partition by partition: one partition
   * without a leader does not have the others' records stored over and over.
   */
  async #sendTopic(topic: string, records: readonly OutgoingRecord[]): Promise<SendFailure[]> {
    const failures: SendFailure[] = [];
    const byPartition = Map.groupBy(records, (record) => this.#messages.get(record)?.partition);
    for (const [partition, group] of byPartition) {
      // Records that no attempt has reached yet come after the others and may share their keys.
      const blocker = partition === undefined ? failures[0] : undefined;
      const failure =
        blocker === undefined
          ? await this.#sendRuns(topic, splitByBytes(group, this.#options.maxRequestBytes))
          : { ...blocker, records: group };
      if (failure !== null) failures.push(failure);
    }
    return failures;
  }

  async #sendRuns(topic: string, runs: readonly OutgoingRecord[][]): Promise<SendFailure | null> {
    for (const [index, run] of runs.entries()) {
      const failure = await this.#sendRun(topic, run);
      if (failure !== null) return { ...failure, records: [...failure.records, ...runs.slice(index + 1).flat()] };
    }
    return null;
  }

  async #sendRun(topic: string, run: OutgoingRecord[]): Promise<SendFailure | null> {
    try {
      const producer = await this.#connected();
      const messages = run.map((record) => this.#messageOf(record));
      await producer.send({ topic, messages, acks: -1, timeout: this.#options.sendTimeoutMs });
      return null;
    } catch (error) {
      const reason = this.#reasonOf(error);
      if (reason !== "record-too-large" || run.length === 1) return { reason, records: run, message: messageOf(error) };
      // The topic's limit is below ours, or one record is above it: halving finds which.
      const middle = Math.ceil(run.length / 2);
      return this.#sendRuns(topic, [run.slice(0, middle), run.slice(middle)]);
    }
  }

  #messageOf(record: OutgoingRecord): Message {
    const known = this.#messages.get(record);
    if (known !== undefined) return known;
    const message: Message = {
      key: record.key === null ? null : Buffer.from(record.key),
      value: record.value,
      headers: toKafkajsHeaders(record.headers),
    };
    this.#messages.set(record, message);
    return message;
  }

  #reasonOf(error: unknown): FailureReason {
    const reason = reasons[brokerErrorType(error) ?? ""] ?? "unavailable";
    // A topic that the broker is just creating is missing for a moment.
    return reason === "topic-missing" && this.#options.autoCreateTopics ? "unavailable" : reason;
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== null) return this.#producer;
    if (this.#connectFailure !== null) throw this.#connectFailure;
    const producer = this.#createProducer();
    try {
      await producer.connect();
    } catch (error) {
      this.#connectFailure = new Error(messageOf(error), { cause: error });
      await this.#disconnect(producer);
      throw this.#connectFailure;
    }
    this.#producer = producer;
    return producer;
  }

  #createProducer(): Producer {
    const { brokers, clientId, connectTimeoutMs, sendTimeoutMs, autoCreateTopics, log } = this.#options;
    const kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      connectionTimeout: connectTimeoutMs,
      requestTimeout: sendTimeoutMs + REPLY_MARGIN_MS,
      retry: { retries: brokers.length, initialRetryTime: 50, maxRetryTime: 500 }, // once round the bootstrap servers
      logLevel: logLevel.WARN,
      logCreator:
        () =>
        ({ namespace, log: { message } }) =>
          log(`${namespace}: ${message}`),
    });
    return kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: autoCreateTopics,
      retry: { retries: 0 },
      createPartitioner: pinningPartitioner,
    });
  }
}

/** Java's partition for a key, round robin without one; what was chosen stays with the message. */
function pinningPartitioner(): ReturnType<typeof Partitioners.DefaultPartitioner> {
  const chooseForNullKey = Partitioners.DefaultPartitioner();
  return (args) => {
    const { message, partitionMetadata } = args;
    message.partition ??= Buffer.isBuffer(message.key)
      ? partitionOfKey(message.key, partitionMetadata.length)
      : chooseForNullKey(args);
    return message.partition;
  };
}

/** kafkajs takes headers by name; several of one name are a list. */
function toKafkajsHeaders(bytes: Buffer): Record<string, Buffer[]> {
  const headers: Record<string, Buffer[]> = Object.create(null);
  for (const [name, value] of decodeRecordHeaders(bytes)) (headers[name] ??= []).push(Buffer.from(value));
  return headers;
}

/** Kafka's name of the error, which kafkajs puts at the bottom of a chain of causes. */
function brokerErrorType(error: unknown): string | null {
  let at = error;
  while (typeof at === "object" && at !== null) {
    if ("type" in at && typeof at.type === "string") return at.type;
    at = "cause" in at ? at.cause : null;
  }
  return null;
}
