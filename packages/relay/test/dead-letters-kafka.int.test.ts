/** Each cause of a dead letter as Apache Kafka has it, with an authorizer, by both drivers, mended as a person would. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import {
  createTestCertificates,
  eventually,
  type RunningKafka,
  startKafka,
  type TestCertificates,
} from "@waybill/harness";
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ResourcePatternTypes,
} from "kafkajs";
import type { RelayOptions } from "../src/settings/settings.ts";
import { createLimitedTopic, deadLetters, insertLarge, waiting } from "./dead-letter-asks.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { operatorCli } from "./operator-cli.ts";
import { registerSchema, type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, type CountedEvent, createCountedEvent, insertEvents, upTo, versionsOf } from "./test-event.ts";
import { type Driver, makeTopic } from "./test-publisher.ts";
import { recordsByPartition } from "./topic-content.ts";
import { kafkaOf, readTopic, type TopicReader } from "./topic-reader.ts";

/** A broker of its own with Java and openssl: only where tests run on Apache Kafka anyway. */
const isOnKafka = process.env["WAYBILL_TEST_BROKER"] === "kafka";
if (!isOnKafka) process.stderr.write("skipped: dead letters on Apache Kafka, which pnpm test:kafka runs\n");
const describeOnKafka = isOnKafka ? describe : describe.skip;

const user = { name: "relay", password: "s3cret-of-the-relay" };
const KEYS = ["a", "b", "c"];
const VERSIONS = 20;

describeOnKafka("dead letters on Apache Kafka", () => {
  let certificates: TestCertificates;
  let kafka: RunningKafka;
  let services: RelayServices;
  /** Flows on all the time. */
  let other: CountedEvent;
  let otherTopic: TopicReader;
  const readers: TopicReader[] = [];

  beforeAll(async () => {
    certificates = await createTestCertificates();
    [kafka, services] = await Promise.all([startKafka({ security: { certificates, user } }), startRelayServices()]);
    await change("ALLOW", AclOperationTypes.WRITE, "*");
  }, 120_000);
  afterEach(async () => {
    await services.cleanUp();
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  });
  afterAll(async () => {
    await Promise.all([kafka.stop(), services.stop(), certificates.remove()]);
  });

  async function change(how: "ALLOW" | "DENY" | "no DENY", operation: AclOperationTypes, topic: string): Promise<void> {
    const admin = kafkaOf(kafka.brokers).admin();
    await admin.connect();
    const entry = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName: topic,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: `User:${user.name}`,
      host: "*",
      operation,
      permissionType: how === "ALLOW" ? AclPermissionTypes.ALLOW : AclPermissionTypes.DENY,
    };
    if (how === "no DENY") await admin.deleteAcls({ filters: [entry] });
    else await admin.createAcls({ acl: [entry] });
    await admin.disconnect();
  }

  async function newEvent(name: string): Promise<CountedEvent> {
    const event = createCountedEvent(name);
    await registerSchema(services.registry.url, event);
    return event;
  }

  async function read({ topic }: CountedEvent): Promise<TopicReader> {
    await makeTopic(kafka.brokers, { topic, numPartitions: 4 }); // none where it is there already
    await eventually(() => recordsByPartition(kafka.brokers, topic));
    const reader = await readTopic(kafka.brokers, topic);
    readers.push(reader);
    return reader;
  }

  async function start(driver: Driver, changes: Partial<RelayOptions> = {}): Promise<void> {
    other = await newEvent("other");
    otherTopic = await read(other);
    await services.start({
      brokers: [kafka.secured?.sasl ?? ""],
      kafkaTls: true,
      kafkaTlsCaFile: certificates.caFile,
      kafkaSaslMechanism: "scram-sha-512",
      kafkaSaslUsername: user.name,
      kafkaSaslPassword: user.password,
      driver,
      batchSize: 7,
      parkAfterMs: 500,
      ...changes,
    });
  }

  /** Others flow on while these wait. */
  async function parked(rows: number, reason: string): Promise<void> {
    await eventually(async () => (await waiting(services.client)) === rows);
    const letters = await deadLetters(services.client);
    expect(new Set(letters.flatMap((letter) => letter.reason ?? []))).toEqual(new Set([reason]));
    await insertEvents(services.client, other, countedData(KEYS, 3));
    await eventually(() => otherTopic.records.length >= 3 * KEYS.length);
    for (const key of KEYS) expect([...new Set(versionsOf(other, otherTopic.records, key))]).toEqual(upTo(3));
  }

  async function redrive(): Promise<void> {
    const env = { DATABASE_URL: services.database.url };
    expect(await operatorCli(["dead-letters", "redrive", "--all", "--wait"], { env })).toMatchObject({ code: 0 });
    expect(await waiting(services.client)).toBe(0);
  }

  /** All versions of all keys came, each key in order. */
  async function delivered(event: CountedEvent, topic: TopicReader, keys: readonly string[]): Promise<void> {
    const all = countedData(keys, VERSIONS);
    const check = () => {
      const checker = new DeliveryChecker();
      for (const key of keys)
        for (const version of versionsOf(event, topic.records, key)) checker.deliver(key, version);
      return checker.compare(all);
    };
    await eventually(() => check().lost === 0);
    expect(check()).toMatchObject({ committed: all.length, lost: 0, inverted: 0, phantom: 0 });
  }

  describe.each<Driver>(["wire", "kafkajs"])("with %s", (driver) => {
    it("an event above the topic's max.message.bytes", async () => {
      const event = await newEvent("large");
      await createLimitedTopic(kafka.brokers, event);
      const topic = await read(event);
      await start(driver);
      await insertLarge(services.client, event, { key: "a", version: 1 });
      await insertEvents(services.client, event, countedData(KEYS, VERSIONS).slice(1));
      await parked(VERSIONS, "record-too-large");
      await delivered(event, topic, ["b", "c"]);
      const admin = kafkaOf(kafka.brokers).admin();
      await admin.connect();
      await admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: ConfigResourceTypes.TOPIC,
            name: event.topic,
            configEntries: [{ name: "max.message.bytes", value: "100000" }],
          },
        ],
      });
      await admin.disconnect();
      await redrive();
      await delivered(event, topic, KEYS);
    });

    it("a topic that is missing, made by `topics ensure`", async () => {
      const event = await newEvent("missing");
      await start(driver);
      await insertEvents(services.client, event, countedData(KEYS, VERSIONS));
      await parked(KEYS.length * VERSIONS, "topic-missing");
      const env = { KAFKA_BROKERS: kafka.brokers.join(",") };
      expect(await operatorCli(["topics", "ensure", "--topic", event.topic], { env })).toMatchObject({ code: 0 });
      const topic = await read(event);
      await redrive();
      await delivered(event, topic, KEYS);
    });

    it("a topic that may not be written to", async () => {
      const event = await newEvent("denied");
      const topic = await read(event);
      await change("DENY", AclOperationTypes.WRITE, event.topic);
      await start(driver);
      await insertEvents(services.client, event, countedData(KEYS, VERSIONS));
      await parked(KEYS.length * VERSIONS, "not-authorized");
      expect(topic.records).toEqual([]);
      await change("no DENY", AclOperationTypes.WRITE, event.topic);
      await redrive();
      await delivered(event, topic, KEYS);
    });
  });

  it("an event above what the whole broker takes in a request", async () => {
    const event = await newEvent("huge");
    const topic = await read(event);
    await start("wire", { maxRequestBytes: 2_000_000 });
    await insertEvents(services.client, event, [
      { key: "x".repeat(1_500_000), version: 1 },
      ...countedData(["b"], VERSIONS),
    ]);
    await parked(1, "record-too-large");
    await delivered(event, topic, ["b"]);
  });

  it("a schema that the registry does not know", async () => {
    const event = createCountedEvent("unknown");
    const topic = await read(event);
    await start("wire");
    await insertEvents(services.client, event, countedData(KEYS, VERSIONS));
    await parked(KEYS.length * VERSIONS, "schema-unknown");
    await registerSchema(services.registry.url, event);
    await redrive();
    await delivered(event, topic, KEYS);
  });

  it("a record that a compacted topic refuses, as it has no key", async () => {
    const event = await newEvent("compacted");
    await makeTopic(kafka.brokers, {
      topic: event.topic,
      numPartitions: 1,
      configEntries: [{ name: "cleanup.policy", value: "compact" }],
    });
    const topic = await read(event);
    await start("wire");
    await insertEvents(services.client, event, countedData(["b"], VERSIONS));
    await services.client.query(
      `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
       SELECT gen_random_uuid(), topic, NULL, schema_id, payload, headers FROM waybill.outbox LIMIT 1`,
    );
    await parked(1, "record-invalid");
    await delivered(event, topic, ["b"]);
  });
});
