/**
 * One run of one fault:
 *
 *   PREPARED ──► writers and relays at work, the fault strikes ──► HEALED ──► writers end ──► everything committed is on
 *   the topic ──► relays end ──► the topic is read whole ──► CHECKED
 */
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { describeEvent, parseFrame } from "@waybill/events";
import { eventually, type KafkaServer, type PostgresServer } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import type { RelayOptions } from "../../src/settings/settings.ts";
import { DeliveryChecker, type DeliveryReport } from "../delivery-checker.ts";
import { withClient } from "../outbox-database.ts";
import { registerSchema } from "../relay-services.ts";
import { seededRandom } from "../seeded-random.ts";
import {
  createStressSchema,
  noStressCounts,
  runStressWriters,
  type StressCounts,
  type StressOptions,
  stressedVersion,
  stressSchema,
} from "../stress-writers.ts";
import { type CountedEvent, insertSchema } from "../test-event.ts";
import { inAppendOrder } from "../append-order.ts";
import { kafkaOf, type ReceivedRecord, readTopic, type TopicReader } from "../topic-reader.ts";
import type { StrikeLoss } from "./fault.ts";
import { type FaultRig, proxiesOf, type Route } from "./fault-rig.ts";
import type { FaultSettings } from "./fault-settings.ts";
import type { FaultResult } from "./fault-table.ts";
import { CrewMember } from "./relay-crew.ts";

/** Events of a batch: small, so that a run of seconds has many of them to be struck in. */
const BATCH = 50;

/** A relay may read a batch while the one before it is in flight: both come again when it dies. */
const IN_FLIGHT = 2 * BATCH;

/**
 * Saves go by the control connection, one at a time and beside the publishing. One may wait there for as long as retention
 * waits for a slot's lock, and what is acknowledged meanwhile is not saved.
 */
const SAVE_LAG_MS = 100;

/** The key of events that are not the writers': the checker leaves them out. */
export const POISON_KEY = "poison";

const PARTITIONS = 4;

export interface FaultRunOptions {
  readonly fault: string;
  readonly rig: FaultRig;
  /** The database's server: the rig's, or one of the fault's own. */
  readonly postgres: PostgresServer;
  readonly settings: FaultSettings;
  readonly relays: number;
  readonly writers: Partial<StressOptions>;
  /** How long everything that committed may take to reach the topic once all is well. */
  readonly drainMs: number;
  readonly leaseMs?: number;
}

export class FaultRun {
  readonly rig: FaultRig;
  readonly random: () => number;
  readonly event: CountedEvent;
  readonly seconds: number;
  crew: readonly CrewMember[] = [];
  /** All that came so far. */
  readonly topic: TopicReader;
  /** What the writers have done since they were started last. */
  counts: StressCounts = noStressCounts();
  readonly database: string;
  readonly #options: FaultRunOptions;
  readonly #cleanUps: (() => Promise<void>)[] = [];
  #databasePort: number;
  #writing: { readonly end: AbortController; readonly done: Promise<StressCounts> } | null = null;
  #phases = 0;
  #strikes = 0;
  #mayRepeat = 0;
  /** When sessions were cut off, by the clock that records have their times from. */
  readonly #sessionsLostAt: number[] = [];

  private constructor(options: FaultRunOptions, database: string, event: CountedEvent, topic: TopicReader) {
    this.#options = options;
    this.database = database;
    this.#databasePort = options.postgres.port;
    this.rig = options.rig;
    this.seconds = options.settings.seconds;
    this.random = seededRandom(options.settings.seed);
    this.event = event;
    this.topic = topic;
  }

  /** A database and a topic of its own; nothing runs yet. */
  static async prepare(options: FaultRunOptions): Promise<FaultRun> {
    const name = `fault_${randomBytes(6).toString("hex")}`;
    const { rig, postgres } = options;
    const topic = name.replaceAll("_", "-");
    const type = "relay.test.stressed";
    const event: CountedEvent = describeEvent({ type, version: 1, topic, schema: stressSchema });
    await registerSchema(rig.registry.url, event);
    const admin = kafkaOf(rig.kafka.brokers).admin();
    await admin.connect();
    const configEntries = topicConfig({});
    const replicationFactor = rig.kafka.nodes.length;
    const plan = { topic, numPartitions: PARTITIONS, replicationFactor, configEntries };
    await admin.createTopics({ topics: [plan], waitForLeaders: false });
    await admin.disconnect();
    const run = new FaultRun(options, name, event, await readTopic(rig.kafka.brokers, topic));
    await run.createDatabaseOn(postgres);
    for (const { toDatabase } of rig.routes) toDatabase.pointAt(postgres.port);
    return run;
  }

  /** The server of the database, as the run began. */
  get postgres(): PostgresServer {
    return this.#options.postgres;
  }

  /** Makes the run's database on a server: migrated, with no events. */
  async createDatabaseOn(server: PostgresServer): Promise<void> {
    await withClient(server.url, (client) => client.query(`CREATE DATABASE ${this.database}`));
    const url = this.urlOn(server);
    await withClient(url, async (client) => {
      await migrate(client);
      await client.query("SELECT waybill.set_slot_seconds(1)"); // slots are emptied under every fault
      await insertSchema(client, this.event);
    });
    await createStressSchema(url);
  }

  urlOn({ port }: { readonly port: number }): string {
    return `postgresql://postgres:postgres@127.0.0.1:${port}/${this.database}`;
  }

  /** For what a fault starts and may leave behind when it fails. */
  onCleanUp(cleanUp: () => Promise<void>): void {
    this.#cleanUps.push(cleanUp);
  }

  /** Of the database itself, past all proxies. */
  get databaseUrl(): string {
    return this.urlOn({ port: this.#databasePort });
  }

  /** Relays are led to another server from now on, and so is everything else. */
  moveDatabase({ port }: PostgresServer): void {
    this.#databasePort = port;
    for (const { toDatabase } of this.rig.routes) toDatabase.pointAt(port);
  }

  query<Row extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return withClient(this.databaseUrl, async (client) => (await client.query<Row>(sql, values)).rows);
  }

  startRelays(): void {
    this.crew = this.routes.map((route) => new CrewMember(this.relayOptions(route)));
  }

  get routes(): readonly Route[] {
    return this.rig.routes.slice(0, this.#options.relays);
  }

  /** The only broker, or the first. */
  get broker(): KafkaServer {
    return this.rig.kafka.nodes[0] as KafkaServer;
  }

  relayOptions({ toDatabase, toBrokers }: Route): RelayOptions {
    return {
      databaseUrl: this.urlOn(toDatabase),
      brokers: toBrokers.map(({ port }) => `127.0.0.1:${port}`),
      registryUrl: this.rig.registry.url,
      httpHost: "127.0.0.1",
      httpPort: 0,
      batchSize: BATCH,
      connectTimeoutMs: 1_000,
      sendTimeoutMs: 1_000,
      retryMaxMs: 200,
      holdRetryMs: 200,
      retentionHours: 0,
      metadataMaxAgeMs: 500, // partitions that are added
      graceMs: 10_000,
      leaseMs: this.#options.leaseMs ?? 5_000,
      checkpointMs: 0, // behind every batch: what may be repeated has a bound in events
      ...this.#options.settings.relaySettings,
    };
  }

  startWriters(): void {
    const end = new AbortController();
    this.counts = noStressCounts();
    const options = {
      url: this.databaseUrl,
      writers: 8,
      transactions: Number.POSITIVE_INFINITY,
      seed: this.#options.settings.seed + 1_000 * this.#phases++,
      topic: this.event.topic,
      schemaId: this.event.schemaId,
      until: end.signal,
      pauseMs: 20,
      ridesOut: true,
      ...this.#options.writers,
    };
    const done = runStressWriters(options, this.counts);
    done.catch(() => {}); // whoever ends the writers hears of it
    this.#writing = { end, done };
  }

  /** Tells the writers to end, without waiting for it. */
  endWriters(): void {
    this.#writing?.end.abort();
  }

  /** Ends the writers, and what they left prepared; the database is there. */
  async stopWriters(): Promise<void> {
    this.endWriters();
    await this.#writing?.done;
    await this.#settlePrepared();
  }

  /** Changes settings of the topic; those not given are as at the beginning. */
  async configureTopic(changes: Readonly<Record<string, number>>): Promise<void> {
    const admin = kafkaOf(this.rig.kafka.brokers).admin();
    await admin.connect();
    const resources = [{ type: TOPIC, name: this.event.topic, configEntries: topicConfig(changes) }];
    await admin.alterConfigs({ validateOnly: false, resources });
    await admin.disconnect();
  }

  /** How much later versions begin, so that what a crash made the database forget is never taken for what follows. */
  async skipVersions(): Promise<void> {
    await this.query("UPDATE stress.aggregate SET version = version + 1000000");
  }

  /** Whether the relays publish by the driver without idempotence, which hears of a partly stored request only as failed. */
  get isWithoutIdempotence(): boolean {
    return this.#options.settings.relaySettings["driver"] === "kafkajs";
  }

  get isExactlyOnce(): boolean {
    return this.#options.settings.relaySettings["delivery"] === "exactly-once";
  }

  /** Events that may be published and not saved at any instant. */
  get mostInFlight(): number {
    return IN_FLIGHT * this.#options.relays;
  }

  /** Notes a strike, and what may come again of what its relays had in flight. */
  noteStrike(loses: StrikeLoss): void {
    this.#strikes++;
    const mayComeAgain = loses === "session" || (loses === "reply" && this.isWithoutIdempotence);
    if (mayComeAgain) this.mayRepeat(this.mostInFlight);
    if (loses === "session") this.#sessionsLostAt.push(Date.now());
  }

  /** So many events may come again, unless each is delivered exactly once. */
  mayRepeat(events: number): void {
    if (!this.isExactlyOnce) this.#mayRepeat += events;
  }

  /** So many events are published again whatever is promised: someone asks for it, or cursors were lost. */
  republishes(events: number): void {
    this.#mayRepeat += events;
  }

  /** Waits for a random number of records to come, up to `most`: an instant in the midst of the relay's work. */
  async progress(most = 2 * BATCH): Promise<void> {
    const target = this.topic.records.length + 1 + Math.floor(this.random() * most);
    await eventually(() => this.topic.records.length >= target);
  }

  /** Strikes again and again, at random instants, until the time is over; at least once. */
  strikeRepeatedly(strike: () => Promise<void>): Promise<void> {
    return this.strikeByEach([null], strike);
  }

  /** As {@link strikeRepeatedly}, in several ways: by each at least once, in random order. */
  async strikeByEach<Way>(ways: readonly Way[], strike: (way: Way) => Promise<void>): Promise<void> {
    const endsAt = performance.now() + this.seconds * 1_000;
    for (let round = 0; round === 0 || performance.now() < endsAt; round++) {
      for (const way of this.#shuffled(ways)) {
        if (round > 0 && performance.now() > endsAt) return;
        await this.progress();
        await strike(way);
      }
    }
  }

  /** How long a fault lasts: up to `mostMs`, and up to a third of the run. */
  async last(mostMs: number): Promise<void> {
    await delay(this.random() * Math.min(mostMs, this.seconds * 333));
  }

  #shuffled<T>(items: readonly T[]): T[] {
    const drawn = items.map((item) => ({ item, lot: this.random() }));
    return drawn.toSorted((a, b) => a.lot - b.lot).map(({ item }) => item);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.random() * choices.length)] as T;
  }

  /** Waits until everything committed is on the topic, ends the relays, and reads the topic whole. */
  async finish({ mayForget }: { readonly mayForget: boolean }): Promise<FaultResult> {
    await this.stopWriters();
    await this.#drain();
    await Promise.all(this.crew.map((member) => member.stop()));
    const { settings, fault, relays } = this.#options;
    const records = await this.#readWhole();
    for (const lostAt of this.#sessionsLostAt) {
      const isUnsaved = ({ timestampMs }: ReceivedRecord) =>
        timestampMs > lostAt - SAVE_LAG_MS && timestampMs <= lostAt;
      this.mayRepeat(records.filter(isUnsaved).length);
    }
    const report = await this.#report(records);
    const relay = describeSettings(settings.relaySettings);
    const budget = { strikes: this.#strikes, mayRepeat: this.#mayRepeat, mayForget };
    return { fault, relays, relay, seed: settings.seed, seconds: settings.seconds, ...budget, ...report };
  }

  /** Ends whatever still runs. */
  async cleanUp(): Promise<void> {
    for (const proxy of proxiesOf(this.rig.routes)) {
      proxy.delay(0);
      proxy.heal();
    }
    this.#writing?.end.abort();
    await Promise.all([this.topic.stop(), ...this.crew.map((member) => member.stop())]);
    await this.#writing?.done.catch(() => {}); // it was the test's failure already, or came with it
    for (const cleanUp of this.#cleanUps) await cleanUp();
  }

  /** Writers that were cut off leave prepared transactions behind, which hold locks through any crash. */
  async #settlePrepared(): Promise<void> {
    const rows = await this.query<{ gid: string }>(
      "SELECT gid FROM pg_prepared_xacts WHERE database = current_database()",
    );
    for (const { gid } of rows) await this.query(`COMMIT PREPARED '${gid}'`);
  }

  /** What is missing when the time is over counts as lost. */
  async #drain(): Promise<void> {
    const giveUpAt = performance.now() + this.#options.drainMs;
    while ((await this.#report(this.topic.records)).lost > 0 && performance.now() < giveUpAt) await delay(100);
  }

  /** Anew from the beginning: what the brokers have now, not what they once showed. */
  async #readWhole(): Promise<readonly ReceivedRecord[]> {
    const reader = await readTopic(this.rig.kafka.brokers, this.event.topic);
    const isComplete = () => [...this.topic.offsets].every(([p, offset]) => (reader.offsets.get(p) ?? 0n) >= offset);
    try {
      // A leader that was just elected shows less than the one before it, until it has heard of its followers.
      const giveUpAt = performance.now() + 10_000;
      do await reader.readToEnd();
      while (!isComplete() && performance.now() < giveUpAt); // what is gone counts as lost
      return reader.records;
    } finally {
      await reader.stop();
    }
  }

  #report(records: readonly ReceivedRecord[]): Promise<DeliveryReport> {
    const checker = new DeliveryChecker();
    for (const { key, value } of inAppendOrder(records)) {
      if (key !== POISON_KEY) checker.deliver(String(key), stressedVersion(parseFrame(value).payload));
    }
    return withClient(this.databaseUrl, (client) => checker.report(client));
  }
}

/** As Kafka's admin protocol names a kind of resource. */
const TOPIC = 2;

function topicConfig(changes: Readonly<Record<string, number>>): { name: string; value: string }[] {
  const config = {
    "max.message.bytes": 50_000,
    "message.timestamp.type": "LogAppendTime", // tells the order of partitions among each other
    ...changes,
  };
  return Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
}

/** The settings that tell relays apart, the driver first. */
function describeSettings({ driver = "wire", delivery, ...others }: RelaySettings): string {
  const further = Object.entries(others).map(([name, value]) => `${name} ${value}`);
  return [driver, ...(delivery === undefined ? [] : [delivery]), ...further].join(", ");
}

type RelaySettings = FaultSettings["relaySettings"];
