import {
  type Admin,
  type CompressionTypes,
  Kafka,
  type KafkaConfig,
  logLevel,
  type PartitionerArgs,
  type Producer,
  type SASLOptions,
} from "kafkajs";
import { messageOf } from "../../errors.ts";
import type { KafkaSasl, KafkaSecurity, KafkaTls } from "../../kafka/kafka-security.ts";
import type { Compression } from "../../settings/kafka-settings.ts";
import { kafkajsCompression } from "./kafkajs-compression.ts";

export interface KafkajsClientOptions {
  /** host:port */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  /** How long the broker may take to have a batch replicated. */
  readonly sendTimeoutMs: number;
  readonly compression: Compression;
  readonly security: KafkaSecurity;
  /** Takes kafkajs's own log lines. */
  readonly log: (message: string) => void;
}

/** The client waits a little longer than the broker, so that the broker's own verdict arrives. */
const REPLY_MARGIN_MS = 5_000;

/** Clients of one configuration, with kafkajs's own retries off: what it repeats by itself it may store twice or leave out. */
export class KafkajsClient {
  readonly #options: KafkajsClientOptions;
  readonly #kafka: Kafka;
  readonly #compression: CompressionTypes;

  constructor(options: KafkajsClientOptions) {
    this.#options = options;
    this.#compression = kafkajsCompression(options.compression);
    this.#kafka = new Kafka(kafkaConfig(options));
  }

  get acks(): { readonly acks: -1; readonly timeout: number; readonly compression: CompressionTypes } {
    return { acks: -1, timeout: this.#options.sendTimeoutMs, compression: this.#compression };
  }

  /** Its partitions are those that messages name. */
  producer(): Producer {
    return this.#kafka.producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      retry: { retries: 0 },
      createPartitioner: () => pinnedPartition,
    });
  }

  admin(): Admin {
    return this.#kafka.admin();
  }

  async disconnect(client: Producer | Admin): Promise<void> {
    try {
      await client.disconnect();
    } catch (error) {
      this.#options.log(`disconnecting: ${messageOf(error)}`); // the sockets are gone either way
    }
  }
}

/**
 * The partition that the record names. kafkajs leaves records silently out whose partition is not in its metadata, such
 * as one that was just added, and says that all is stored: throwing makes the lane connect anew.
 */
function pinnedPartition({ topic, message, partitionMetadata }: PartitionerArgs): number {
  const { partition } = message;
  if (partition !== undefined && partitionMetadata.some(({ partitionId }) => partitionId === partition))
    return partition;
  throw new Error(`kafkajs does not know partition ${partition} of ${topic} yet`);
}

function kafkaConfig(options: KafkajsClientOptions): KafkaConfig {
  const { brokers, clientId, connectTimeoutMs, sendTimeoutMs, security, log } = options;
  return {
    brokers: [...brokers],
    clientId,
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: connectTimeoutMs,
    requestTimeout: sendTimeoutMs + REPLY_MARGIN_MS,
    retry: { retries: brokers.length, initialRetryTime: 50, maxRetryTime: 500 }, // once round the bootstrap servers
    ...(security.tls === null ? {} : { ssl: tlsOptions(security.tls) }),
    ...(security.sasl === null ? {} : { sasl: saslOptions(security.sasl) }),
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, log: { message } }) =>
        log(`${namespace}: ${message}`),
  };
}

/** kafkajs sends the host's name to the broker by itself. */
function tlsOptions({ ca, client, serverName }: KafkaTls): NonNullable<KafkaConfig["ssl"]> {
  return {
    rejectUnauthorized: true,
    ...(ca === null ? {} : { ca }),
    ...client,
    ...(serverName === null ? {} : { servername: serverName }),
  };
}

function saslOptions(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism !== "oauthbearer") return sasl;
  return { mechanism: "oauthbearer", oauthBearerProvider: async () => ({ value: await sasl.token() }) };
}
