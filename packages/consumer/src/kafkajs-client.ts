import {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type IHeaders,
  Kafka,
  type KafkaMessage,
  logLevel,
  Partitioners,
  type Producer,
} from "kafkajs";
import { abortableDelay } from "./abortable-delay.ts";
import { backoffMs } from "./backoff.ts";
import { isErrorLike } from "./error-like.ts";
import type {
  GroupMember,
  KafkaPort,
  KafkaRecord,
  MembershipSettings,
  OutgoingRecord,
  RecordHeader,
  RecordListener,
  TopicPartition,
} from "./kafka-port.ts";
import type { Logger } from "./logger.ts";

/** A client of kafkajs, for those who need its TLS or SASL settings. */
export type KafkajsClient = Pick<Kafka, "consumer" | "producer" | "admin">;

/** Some seconds in all: whoever calls has a slower loop of its own, that tells its reasons. */
const CLIENT_RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 };

/** How long a new topic may take until the brokers know it. */
const TOPIC_CREATION_MS = 10_000;
const TOPIC_POLL_MS = 50;

/** kafkajs does not notice a connection that is half open; this ends it. Its default of 30 s is the session's length. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * How often the very first join is tried while the broker says "not now": some 8 s in all. A group's coordinator that
 * loads, just after a broker's start, refuses members for a while, and kafkajs takes that for final.
 */
const FIRST_JOIN_TRIES = 6;

const REJOIN_BACKOFF = { retryBaseMs: 250, retryMaxMs: 10_000 };

/** The Kafka port on kafkajs. */
export class KafkajsPort implements KafkaPort {
  readonly address: string;
  readonly #kafka: KafkajsClient;
  #producer: Promise<Producer> | null = null;

  constructor(kafka: KafkajsClient, address: string) {
    this.#kafka = kafka;
    this.address = address;
  }

  /** A port of its own client, which logs to `logger` at level debug: what matters comes as events. */
  static connectingTo(brokers: readonly string[], clientId: string, logger: Logger): KafkajsPort {
    const kafka = new Kafka({
      brokers: [...brokers],
      clientId,
      connectionTimeout: 3_000,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: CLIENT_RETRY,
      logLevel: logLevel.INFO,
      logCreator:
        () =>
        ({ namespace, log }) => {
          logger.debug({ namespace }, `kafkajs: ${log.message}`);
        },
    });
    return new KafkajsPort(kafka, brokers.join(","));
  }

  async missingTopics(topics: readonly string[]): Promise<readonly string[]> {
    return this.#withAdmin((admin) => missingOf(admin, topics));
  }

  async createTopics(topics: readonly string[]): Promise<void> {
    await this.#withAdmin(async (admin) => {
      // Not `waitForLeaders`: it fails when a broker does not know the new topic yet, as brokers do for a moment.
      await admin.createTopics({ topics: topics.map((topic) => ({ topic })), waitForLeaders: false });
      const deadline = AbortSignal.timeout(TOPIC_CREATION_MS);
      while ((await missingOf(admin, topics)).length > 0) {
        if (!(await abortableDelay(TOPIC_POLL_MS, deadline))) {
          throw new Error(`created, but not to be seen after ${TOPIC_CREATION_MS} ms`);
        }
      }
    });
  }

  async produce(topic: string, record: OutgoingRecord): Promise<void> {
    this.#producer ??= this.#connectProducer();
    const producer = await this.#producer;
    const { key, value, headers } = record;
    const message = { key: bufferOf(key), value: bufferOf(value), headers: headersToKafkajs(headers) };
    await producer.send({ topic, acks: -1, messages: [message] });
  }

  member(settings: MembershipSettings, listener: RecordListener): GroupMember {
    return new KafkajsMember(this.#kafka, settings, listener);
  }

  async close(): Promise<void> {
    const connecting = this.#producer;
    this.#producer = null;
    const producer = await connecting?.catch(() => undefined); // a producer that never connected has nothing to close
    await producer?.disconnect().catch(() => undefined); // every send was awaited: nothing is lost with it
  }

  async #withAdmin<Result>(run: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = this.#kafka.admin({ retry: CLIENT_RETRY });
    try {
      await admin.connect();
      return await run(admin);
    } finally {
      await admin.disconnect();
    }
  }

  async #connectProducer(): Promise<Producer> {
    const producer = this.#kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      retry: CLIENT_RETRY,
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.#producer = null; // the next record tries again
      throw error;
    }
  }
}

/** One kafkajs consumer in its life from join to loss. */
interface Session {
  readonly consumer: Consumer;
  /** False from the moment it is given up: whatever it still delivers is ignored. */
  alive: boolean;
  joined: boolean;
  /** The group announced a rebalance, so the next join is expected. */
  rebalancing: boolean;
}

/**
 * A group member that outlives its kafkajs consumers.
 *
 * ```
 *  NEW ─join()─▶ CONNECTING ─GROUP_JOIN─▶ JOINED ⇄ REBALANCING
 *                   ▲    │ fails             │ crash, or a join nobody announced
 *                   │    ▼                   ▼
 *                   └─ WAITING (backoff) ◀───┘            leave() from anywhere: LEFT
 * ```
 *
 * What kafkajs 2.2 does, and what is made of it:
 * - Handlers do not run in `eachBatch`. kafkajs fetches again only when every batch of a fetch is done, so one slow
 *   partition would starve all others of its broker, and heartbeats with them. Records go to lanes at once, full
 *   lanes pause their partition, and the fetch loop goes on heartbeating.
 * - Its restart after a crash is switched off, as it covers only errors that it calls retriable: any lost consumer is
 *   replaced by a new one here.
 * - A join without an announcement happens inside one broker's fetch loop (stale metadata, new partitions) while
 *   fetches from other brokers are under way. Such a fetch began at positions of the time before the join and would
 *   move the new positions past records that were dropped with the old assignment. So that session is given up too.
 * - `commitOffsets` repeats itself through a rebalance. It may then commit for a partition that has moved: never past
 *   what this member has done, so at worst the new owner's records come again, and the inbox knows them.
 */
class KafkajsMember implements GroupMember {
  readonly #kafka: KafkajsClient;
  readonly #settings: MembershipSettings;
  readonly #listener: RecordListener;
  readonly #leaving = new AbortController();
  readonly #firstJoin = Promise.withResolvers<void>();
  #session: Session | null = null;
  #everJoined = false;
  #failures = 0;
  #left: Promise<void> | null = null;

  constructor(kafka: KafkajsClient, settings: MembershipSettings, listener: RecordListener) {
    this.#kafka = kafka;
    this.#settings = settings;
    this.#listener = listener;
  }

  async join(): Promise<void> {
    void this.#openSession();
    return this.#firstJoin.promise;
  }

  pause({ topic, partition }: TopicPartition): void {
    if (this.#session?.joined) this.#session.consumer.pause([{ topic, partitions: [partition] }]);
  }

  resume({ topic, partition }: TopicPartition): void {
    if (this.#session?.joined) this.#session.consumer.resume([{ topic, partitions: [partition] }]);
  }

  async commit(offsets: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void> {
    if (!this.#session?.joined) throw new Error("the member is not in its group");
    await this.#session.consumer.commitOffsets(
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
    );
  }

  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    this.#leaving.abort();
    this.#firstJoin.reject(new Error("the member left before it had joined"));
    this.#firstJoin.promise.catch(() => undefined); // nobody may be waiting for it
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    session.alive = false;
    await session.consumer.disconnect().catch(() => undefined); // without a goodbye the group waits for its session
  }

  async #openSession(): Promise<void> {
    const { groupId, topics, startFrom, sessionTimeoutMs, heartbeatMs, fetchWaitMs } = this.#settings;
    const consumer = this.#kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      retry: { ...CLIENT_RETRY, restartOnFailure: async () => false },
    });
    const session: Session = { consumer, alive: true, joined: false, rebalancing: false };
    this.#session = session;
    this.#listen(session);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: startFrom === "earliest" });
      if (!session.alive) return await consumer.disconnect(); // leave() came while it connected
      await consumer.run({ autoCommit: false, eachBatch: async (payload) => this.#deliver(session, payload) });
    } catch (error) {
      await this.#loseSession(session, error);
    }
  }

  #listen(session: Session): void {
    const { consumer } = session;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (session.alive) this.#onJoined(session, assignedPartitions(payload.memberAssignment));
    });
    consumer.on(consumer.events.REBALANCING, () => {
      session.rebalancing = true;
      if (session.alive) this.#listener.revoked();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => void this.#loseSession(session, payload.error));
  }

  #onJoined(session: Session, partitions: readonly TopicPartition[]): void {
    if (session.joined && !session.rebalancing) {
      void this.#loseSession(session, new Error("the group was joined again without a rebalance"));
      return;
    }
    session.joined = true;
    session.rebalancing = false;
    this.#everJoined = true;
    this.#failures = 0;
    // kafkajs keeps pauses through a rebalance; the lanes that asked for them are gone.
    session.consumer.resume(session.consumer.paused());
    this.#listener.assigned(partitions);
    this.#firstJoin.resolve();
  }

  #deliver(session: Session, { batch }: EachBatchPayload): void {
    if (!session.alive) return;
    const partition = { topic: batch.topic, partition: batch.partition };
    this.#listener.records(
      partition,
      batch.messages.map((message) => toRecord(partition, message)),
    );
  }

  /** Gives the session up and opens another after a while, for ever; only the very first join may fail for good. */
  async #loseSession(session: Session, error: unknown): Promise<void> {
    if (!session.alive) return;
    session.alive = false;
    if (session.joined) this.#listener.revoked();
    this.#failures += 1;
    const delayMs = backoffMs(this.#failures, REJOIN_BACKOFF, Math.random());
    if (this.#everJoined) this.#listener.disconnected(error, delayMs);
    await session.consumer.disconnect().catch(() => undefined); // it is lost: there may be nothing left to close
    if (!this.#everJoined && !(isRetriable(error) && this.#failures < FIRST_JOIN_TRIES)) {
      this.#firstJoin.reject(error);
      return;
    }
    if (await abortableDelay(delayMs, this.#leaving.signal)) await this.#openSession();
  }
}

async function missingOf(admin: Admin, topics: readonly string[]): Promise<readonly string[]> {
  const existing = new Set(await admin.listTopics());
  return topics.filter((topic) => !existing.has(topic));
}

/** kafkajs marks the protocol's passing errors, here or on the error that it wrapped. */
function isRetriable(error: unknown): boolean {
  if (!isErrorLike(error)) return false;
  return ("retriable" in error && error.retriable === true) || isRetriable(error.cause);
}

function assignedPartitions(assignment: Readonly<Record<string, readonly number[]>>): TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function toRecord({ topic, partition }: TopicPartition, message: KafkaMessage): KafkaRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: headersFromKafkajs(message.headers ?? {}),
  };
}

function headersFromKafkajs(headers: IHeaders): RecordHeader[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    (Array.isArray(values) ? values : [values]).map((value): RecordHeader => [name, bytesOf(value)]),
  );
}

/** A header without a value is `null` in kafkajs, whatever its types say. */
function bytesOf(value: Buffer | string | null | undefined): Uint8Array | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? Buffer.from(value) : value;
}

/** kafkajs keeps headers of one name together; the order among them stays. It writes null as a header without value. */
function headersToKafkajs(headers: readonly RecordHeader[]): IHeaders {
  const byName = new Map<string, (Buffer | null)[]>();
  for (const [name, value] of headers) {
    const values = byName.get(name) ?? [];
    values.push(bufferOf(value));
    byName.set(name, values);
  }
  return Object.fromEntries(byName) as IHeaders;
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
