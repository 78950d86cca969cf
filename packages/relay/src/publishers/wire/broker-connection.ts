import {
  type API,
  apiVersionsV3,
  Connection,
  type ConnectionOptions,
  initProducerIdV3,
  initProducerIdV4,
  metadataV9,
  metadataV12,
} from "@platformatic/kafka";
import { messageOf } from "../../errors.ts";
import type { ProducerIdentity } from "./batch-header.ts";
import {
  type PartitionAnswer,
  type PartitionBatch,
  readProduceResponse,
  writeProduceRequest,
} from "./produce-request.ts";

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export interface BrokerConnectionOptions {
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  /** How long the broker may take to have a batch replicated. */
  readonly sendTimeoutMs: number;
  /** TLS and SASL for a host. */
  readonly security: (host: string) => Pick<ConnectionOptions, "tls" | "tlsServerName" | "sasl">;
}

/** A cluster's answer about itself. */
export type ClusterMetadata = Pick<Awaited<ReturnType<typeof metadataV9.api.async>>, "brokers" | "topics">;

/** Routers forget connections that are silent for minutes, and drop what comes by them later: without a word. */
const KEEP_ALIVE_MS = 30_000;
/** The client waits a little longer than the broker, so that the broker's own verdict arrives. */
const REPLY_MARGIN_MS = 5_000;
const PRODUCE = { key: 0, name: "Produce", versions: [11, 10, 9] };
const METADATA = { key: 3, name: "Metadata", versions: [12, 9] };
const INIT_PRODUCER_ID = { key: 22, name: "InitProducerId", versions: [4, 3] };

type ApiVersions = Awaited<ReturnType<typeof apiVersionsV3.api.async>>["apiKeys"];

/** A connection to one broker, authenticated and with the protocol's versions agreed on. */
export class BrokerConnection {
  readonly address: BrokerAddress;
  readonly #connection: Connection;
  readonly #sendTimeoutMs: number;
  readonly #versions: ApiVersions;

  private constructor(address: BrokerAddress, connection: Connection, sendTimeoutMs: number, versions: ApiVersions) {
    this.address = address;
    this.#connection = connection;
    this.#sendTimeoutMs = sendTimeoutMs;
    this.#versions = versions;
  }

  /** @throws when the broker cannot be reached, refuses the credentials, or is too old */
  static async open(address: BrokerAddress, options: BrokerConnectionOptions): Promise<BrokerConnection> {
    const connection = new Connection(options.clientId, {
      connectTimeout: options.connectTimeoutMs,
      requestTimeout: options.sendTimeoutMs + REPLY_MARGIN_MS,
      ...options.security(address.host),
    });
    connection.on("error", () => {}); // every request that is under way fails with it, and so does the next
    try {
      await connection.connect(address.host, address.port);
      connection.socket?.setKeepAlive(true, KEEP_ALIVE_MS);
      const { apiKeys } = await apiVersionsV3.api.async(connection, "waybill-outbox-relay", "0");
      return new BrokerConnection(address, connection, options.sendTimeoutMs, apiKeys);
    } catch (error) {
      connection.socket?.destroy();
      throw new Error(withCauses(error), { cause: error });
    }
  }

  get isUsable(): boolean {
    return this.#connection.isConnected();
  }

  produce(batches: readonly PartitionBatch[], transactionalId: string | null): Promise<PartitionAnswer[]> {
    return new Promise((resolve, reject) => {
      this.#connection.send<PartitionAnswer[]>(
        PRODUCE.key,
        this.#version(PRODUCE),
        () => writeProduceRequest(batches, this.#sendTimeoutMs, transactionalId),
        (_correlationId, _key, _version, reader) => readProduceResponse(reader),
        true,
        true,
        (error, answers) => (error === null && answers !== undefined ? resolve(answers) : reject(error)),
      );
    });
  }

  async metadata(topics: readonly string[], mayCreate: boolean): Promise<ClusterMetadata> {
    const api = this.#version(METADATA) === 12 ? metadataV12.api : metadataV9.api;
    try {
      return (await api.async(this.#connection, [...topics], mayCreate)) as ClusterMetadata;
    } catch (error) {
      const answer = responseOf(error);
      if (answer === null) throw error;
      return answer as ClusterMetadata; // an error of one topic among others: it stands with that topic
    }
  }

  async initProducerId(): Promise<ProducerIdentity> {
    const { api } = this.#version(INIT_PRODUCER_ID) === 4 ? initProducerIdV4 : initProducerIdV3;
    try {
      const { producerId, producerEpoch } = await api.async(this.#connection, null, 0, -1n, -1);
      return { producerId, epoch: producerEpoch };
    } catch (error) {
      throw new Error(`no producer id: ${withCauses(error)}`, { cause: error });
    }
  }

  /**
   * Asks by one version of an API. An answer with error codes is an answer.
   *
   * @throws when there is none, or the broker does not speak that version
   */
  async ask<Args extends unknown[], Answer>(name: string, api: API<Args, Answer>, ...args: Args): Promise<Answer> {
    this.#version({ key: api.key, name, versions: [api.version] });
    try {
      return await api.async(this.#connection, ...args);
    } catch (error) {
      const answer = responseOf(error);
      if (answer !== null) return answer as Answer;
      throw new Error(`${name}: ${withCauses(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#connection.close(() => {}); // never fails: the socket is gone either way
  }

  #version({ key, name, versions }: { key: number; name: string; versions: readonly number[] }): number {
    const offered = this.#versions.find(({ apiKey }) => apiKey === key);
    const version = versions.find(
      (candidate) => offered !== undefined && candidate >= offered.minVersion && candidate <= offered.maxVersion,
    );
    if (version !== undefined) return version;
    const { host, port } = this.address;
    throw new Error(
      `the broker ${host}:${port} offers no version of ${name} that this driver speaks (${versions.join(", ")}): it needs ` +
        "Kafka 2.6 or newer, and for exactly-once 3.0",
    );
  }
}

/** @platformatic/kafka says what it did; why that failed stands in the causes, and Kafka's errors in a list. */
function withCauses(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; at !== undefined && at !== null; at = causeOf(at))
    messages.push(messageOf(at).replace(/\.$/, ""));
  return [...new Set(messages)].join(": ");
}

function causeOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return null;
  if ("cause" in error && error.cause !== undefined) return error.cause;
  return "errors" in error && Array.isArray(error.errors) ? error.errors[0] : null;
}

/** @platformatic/kafka throws whenever any part of an answer has an error code; the answer is inside. */
function responseOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("response" in error)) return null;
  return error.response;
}
