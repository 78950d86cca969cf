import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startTestBroker, type TestBroker, type TestDatabase } from "@waybill/harness";
import type { TopicOutcome } from "../src/commands/topics/topics-text.ts";
import { json, operatorCli } from "./operator-cli.ts";
import { createOutboxDatabase, withClient } from "./outbox-database.ts";
import { createCountedEvent, insertEvents } from "./test-event.ts";
import { kafkaOf } from "./topic-reader.ts";

let broker: TestBroker;
let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  [broker, database, folder] = await Promise.all([
    startTestBroker(),
    createOutboxDatabase(),
    mkdtemp(join(tmpdir(), "relay-topics-")),
  ]);
});
afterAll(async () => {
  await Promise.all([broker.stop(), database.drop(), rm(folder, { recursive: true })]);
});

function newName(): string {
  return `relay-ensured-${randomBytes(6).toString("hex")}`;
}

async function ensure(...flags: readonly string[]): Promise<TopicOutcome[]> {
  return json(await operatorCli(["topics", "ensure", ...flags, "--json", "--brokers", broker.brokers.join(",")]));
}

async function existing(): Promise<string[]> {
  const admin = kafkaOf(broker.brokers).admin();
  await admin.connect();
  try {
    return await admin.listTopics();
  } finally {
    await admin.disconnect();
  }
}

async function manifest(name: string, topics: readonly string[]): Promise<string> {
  const file = join(folder, name);
  const events = topics.map((topic) => ({ type: `${topic}.happened`, topic, versions: [] }));
  await writeFile(file, JSON.stringify({ manifestVersion: 1, package: "p", domain: "d", events }));
  return file;
}

describe("outbox-relay topics ensure", () => {
  it("creates the topics of manifests once, and says afterwards that they are there", async () => {
    const [a, b] = [newName(), newName()].sort() as [string, string];
    const files = [await manifest("a.json", [a, b]), await manifest("b.json", [b])];
    const flags = ["--manifest", ...files, "--partitions", "3", "--set", "retention.ms=3600000"];
    const planned = await ensure(...flags, "--dry-run");
    expect(planned.map(({ topic, action }) => [topic, action])).toEqual([
      [a, "would create"],
      [b, "would create"],
    ]);
    expect(await existing()).not.toContain(a);
    const created = await ensure(...flags);
    expect(created).toMatchObject([
      { topic: a, action: "created", partitions: 3, replicationFactor: 1, configs: { "retention.ms": "3600000" } },
      { topic: b, action: "created" },
    ]);
    expect(await ensure(...flags)).toMatchObject([
      { action: "exists", partitions: 3, replicationFactor: 1, differences: [] },
      { action: "exists", differences: [] },
    ]);
  });

  it("leaves an existing topic as it is, and tells how it differs", async () => {
    const topic = newName();
    await ensure("--topic", topic, "--partitions", "2");
    const [outcome] = await ensure("--topic", topic, "--partitions", "4", "--set", "retention.ms=1000");
    expect(outcome).toMatchObject({ action: "exists", partitions: 2 });
    expect(outcome?.differences).toEqual([
      expect.stringContaining("partitions: 2, asked for 4"),
      expect.stringContaining("retention.ms: 604800000, asked for 1000"),
    ]);
  });

  it("finds the topics of the outbox", async () => {
    const event = createCountedEvent("ensured");
    await withClient(database.url, (client) => insertEvents(client, event, [{ key: "k", version: 1 }]));
    expect(await ensure("--from-outbox", "--database-url", database.url)).toMatchObject([
      { topic: event.topic, action: "created" },
    ]);
  });

  it("tells of each topic that Kafka refuses, creates the others, and ends with 1", async () => {
    const [good, bad] = [newName(), `${newName()}-bad`];
    const brokers = broker.brokers.join(",");
    const { code, stdout, stderr } = await operatorCli([
      "topics",
      "ensure",
      "--topic",
      bad,
      "--replication-factor",
      "7",
      "--brokers",
      brokers,
    ]);
    expect(stdout).toMatch(/not created: .*eplication.* \(7 replicas, 1 broker/);
    expect(stderr).toBe("outbox-relay: 1 of 1 topics could not be created\n");
    expect(code).toBe(1);
    await ensure("--topic", good, "--topic", `${newName()}`);
    expect(await existing()).toContain(good);
    expect(await existing()).not.toContain(bad);
  });

  it("names everything that is wrong at once", async () => {
    const file = join(folder, "package.json");
    await writeFile(file, "{}");
    const { code, stderr } = await operatorCli([
      "topics",
      "ensure",
      "--manifest",
      file,
      "none.json",
      "--topic",
      "a b",
      "--partitions",
      "0",
      "--set",
      "x",
    ]);
    expect(stderr.trim().split("\n")).toEqual([
      "outbox-relay: wrong settings:",
      '  - --topic: "a b" is not a Kafka topic name',
      `  - --manifest: ${file}: is no manifest.json of a generated event package`,
      expect.stringMatching(/--manifest: none\.json: ENOENT/),
      '  - --partitions: expects a whole number from 1 to 10000, not "0"',
      '  - --set: expects name=value, not "x"',
      expect.stringContaining("--brokers (KAFKA_BROKERS) is missing"),
    ]);
    expect(code).toBe(2);
  });

  it("asks which topics when none are named, and tells of a broker that is away", async () => {
    const none = await operatorCli(["topics", "ensure", "--brokers", "127.0.0.1:1"]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("which topics?") });
    const away = await operatorCli(["topics", "ensure", "--topic", "t", "--brokers", "127.0.0.1:1"]);
    expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining("cannot connect to Kafka at 127.0.0.1:1") });
  });
});
