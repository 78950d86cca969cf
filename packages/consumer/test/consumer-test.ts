import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { type Consumer, type ConsumerOptions, createConsumer } from "@waybill/consumer";
import { type EventDescriptor, envelopeToHeaders, frame } from "@waybill/events";
import {
  createShopTables,
  createTestDatabase,
  createTestPrisma,
  type ShopClient,
  type ShopTransaction,
  startTestBroker,
  type TestBroker,
  type TestDatabase,
} from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import { type Admin, Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import pg from "pg";
import { EventRecorder } from "./event-recorder.ts";
import { type BreakableRegistry, startBreakableRegistry } from "./breakable-registry.ts";

type Overrides = Partial<Omit<ConsumerOptions<ShopClient>, "brokers" | "kafka">> & { readonly kafka?: Kafka };

/** A record read back from a topic. */
export interface ReadRecord {
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** One effect of a handler. */
export interface LedgerRow {
  readonly eventId: string;
  readonly amount: number;
  readonly note: string;
}

/** A consumer and what a test wants to know of it. */
export interface TestConsumer {
  readonly consumer: Consumer<ShopTransaction>;
  readonly recorder: EventRecorder;
  readonly groupId: string;
  readonly deadLetterTopic: string;
}

/** The services of one test file: a database of its own, a broker, a registry. */
export class ConsumerTest {
  readonly broker: TestBroker;
  readonly database: TestDatabase;
  readonly prisma: ShopClient;
  readonly registry: BreakableRegistry;
  readonly kafka: Kafka;
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #stops: (() => Promise<void>)[] = [];

  private constructor(parts: Pick<ConsumerTest, "broker" | "database" | "prisma" | "registry" | "kafka">) {
    this.broker = parts.broker;
    this.database = parts.database;
    this.prisma = parts.prisma;
    this.registry = parts.registry;
    this.kafka = parts.kafka;
    this.#admin = parts.kafka.admin();
    this.#producer = parts.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  }

  static async start(): Promise<ConsumerTest> {
    const [broker, database, registry] = await Promise.all([
      startTestBroker(),
      createTestDatabase(),
      startBreakableRegistry(),
    ]);
    await createShopTables(database.url);
    await withDatabaseClient(database.url, migrate);
    const kafka = new Kafka({ brokers: broker.brokers, logLevel: logLevel.NOTHING });
    const test = new ConsumerTest({ broker, database, prisma: createTestPrisma(database.url), registry, kafka });
    await Promise.all([test.#admin.connect(), test.#producer.connect()]);
    return test;
  }

  async stop(): Promise<void> {
    await this.stopConsumers();
    await Promise.all([this.#admin.disconnect(), this.#producer.disconnect(), this.prisma.$disconnect()]);
    await Promise.all([this.broker.stop(), this.database.drop(), this.registry.stop()]);
  }

  /** After each test: no consumer outlives it. */
  async stopConsumers(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map((stop) => stop()));
  }

  /** A new topic with a name of its own. */
  async createTopic(partitions = 1): Promise<string> {
    const topic = `consumer-test.${randomUUID()}`;
    await this.#admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    while (!(await this.#isServed(topic, partitions))) await setTimeout(20);
    return topic;
  }

  /** Just created, a topic is unknown to the broker for a moment, and its partitions have no leaders. */
  #isServed(topic: string, partitions: number): Promise<boolean> {
    return this.#admin.fetchTopicOffsets(topic).then(
      (offsets) => offsets.length === partitions,
      () => false,
    );
  }

  /** A consumer, not started, that retries fast; and the recorder of its events. */
  createConsumer(overrides: Overrides = {}): TestConsumer {
    const { kafka, ...settings } = overrides;
    const groupId = settings.groupId ?? `group-${randomUUID()}`;
    const recorder = new EventRecorder();
    const consumer = createConsumer({
      ...(kafka === undefined ? { brokers: this.broker.brokers } : { kafka }),
      registryUrl: this.registry.url,
      prisma: this.prisma,
      retryBaseMs: 10,
      retryMaxMs: 200,
      heartbeatMs: 200,
      fetchWaitMs: 50,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      onEvent: recorder.onEvent,
      ...settings,
      groupId,
    });
    this.#stops.push(() => consumer.stop());
    return { consumer, recorder, groupId, deadLetterTopic: `${groupId}.dead-letters` };
  }

  /** Publishes one event as the relay does, and returns its id. */
  async produceEvent<Data>(
    descriptor: EventDescriptor<string, number, Data>,
    data: Data,
    envelope: { readonly id?: string; readonly correlationId?: string; readonly traceparent?: string } = {},
  ): Promise<string> {
    const { id = randomUUID(), correlationId = id, traceparent = null } = envelope;
    const subject = descriptor.key(data);
    const headers = envelopeToHeaders({
      id,
      type: descriptor.type,
      version: descriptor.version,
      source: "/test",
      time: new Date(),
      subject,
      correlationId,
      causationId: null,
      traceparent,
    });
    const subjectName = `${descriptor.topic}-${descriptor.recordName}`;
    const registryId = await this.registry.register(subjectName, descriptor.schema);
    const value = Buffer.from(frame(registryId, descriptor.encode(data)));
    await this.produceRaw(descriptor.topic, { key: subject, value, headers: Object.fromEntries(headers) });
    return id;
  }

  async produceRaw(
    topic: string,
    record: { readonly key: string | null; readonly value: Buffer | null; readonly headers?: Record<string, string> },
  ): Promise<void> {
    await this.#producer.send({ topic, acks: -1, messages: [{ headers: {}, ...record }] });
  }

  /** The first `count` records of a topic, by the order of partitions and offsets. */
  async readTopic(topic: string, count: number): Promise<ReadRecord[]> {
    const records: ReadRecord[] = [];
    const reader = this.kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 50 });
    const { promise: complete, resolve } = Promise.withResolvers<void>();
    await reader.connect();
    await reader.subscribe({ topic, fromBeginning: true });
    await reader.run({
      autoCommit: false,
      eachMessage: async ({ message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]);
        records.push({
          key: message.key?.toString() ?? null,
          value: message.value,
          headers: Object.fromEntries(headers),
        });
        if (records.length === count) resolve();
      },
    });
    await complete;
    await reader.disconnect();
    return records;
  }

  /** The group's committed offset per partition; -1 where there is none. */
  async committedOffsets(groupId: string, topic: string): Promise<number[]> {
    const [offsets] = await this.#admin.fetchOffsets({ groupId, topics: [topic] });
    return (offsets?.partitions ?? [])
      .sort((left, right) => left.partition - right.partition)
      .map(({ offset }) => Number(offset));
  }

  /** How many records a topic holds. */
  async topicLength(topic: string): Promise<number> {
    const partitions = await this.#admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  }

  /** Deletes a stopped group with its offsets, so that it begins again at the beginning. */
  async forgetOffsets(groupId: string): Promise<void> {
    await this.#admin.deleteGroups([groupId]);
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await this.#admin.createPartitions({ topicPartitions: [{ topic, count }] });
  }

  /** The effects that handlers left in the ledger, in commit order. */
  async ledger(account: string): Promise<LedgerRow[]> {
    return this.prisma.ledgerEntry.findMany({ where: { account }, orderBy: { id: "asc" } });
  }

  async inboxCount(groupId: string): Promise<number> {
    const rows = await this.prisma.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) FROM waybill.inbox WHERE group_id = ${groupId}`;
    return Number(rows[0]?.count);
  }
}

/** Runs something on a connection of its own. */
export async function withDatabaseClient<Result>(
  url: string,
  run: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}
