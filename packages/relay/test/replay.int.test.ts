import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type { ReplayReport } from "../src/commands/replay/replay-report.ts";
import { type CliOptions, type CliResult, json, operatorCli, publishAllByHand } from "./operator-cli.ts";
import { discardRow, parkRow } from "./park-row.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { type CountedEvent, countedData, createCountedEvent, insertEvents, upTo, versionsOf } from "./test-event.ts";
import { createTopic, readTopic, type TopicReader } from "./topic-reader.ts";

const keys = Array.from({ length: 7 }, (_, n) => `key-${n}`);
let services: RelayServices;
const readers: TopicReader[] = [];

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.stop()));
  await services.client.query("TRUNCATE waybill.outbox");
});
afterAll(() => services.stop());

function replay(flags: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const env = {
    DATABASE_URL: services.database.url,
    KAFKA_BROKERS: services.broker.brokers.join(","),
    SCHEMA_REGISTRY_URL: services.registry.url,
    RELAY_RETRY_MAX_MS: "100",
  };
  return operatorCli(["replay", ...flags], { ...options, env });
}

/** An event of its own with rows that count as published, and a topic to replay them to. */
async function published(
  name: string,
  versions: number,
): Promise<{ event: CountedEvent; target: string; registryId: number }> {
  const event = createCountedEvent(name);
  await insertEvents(services.client, event, countedData(keys, versions));
  await publishAllByHand(services.client);
  const registryId = await services.register(event);
  const target = `${event.topic}.replay`;
  await createTopic(services.broker.brokers, target);
  return { event, target, registryId };
}

async function received(topic: string, count: number): Promise<TopicReader["records"]> {
  const reader = await readTopic(services.broker.brokers, topic);
  readers.push(reader);
  await eventually(() => reader.records.length >= count);
  return reader.records;
}

async function rowIds(): Promise<number[]> {
  const { rows } = await services.client.query<{ id: string }>("SELECT id FROM waybill.outbox ORDER BY id");
  return rows.map(({ id }) => Number(id));
}

describe("outbox-relay replay", () => {
  it.each(["wire", "kafkajs"])(
    "sends events to another topic, in order per key, with its headers (%s)",
    async (driver) => {
      const { event, target, registryId } = await published("replayed", 60);
      const done = await replay([
        "--topic",
        event.topic,
        "--to-topic",
        target,
        "--json",
        "--batch-size",
        "100",
        "--driver",
        driver,
      ]);
      const report = json<ReplayReport>(done);
      expect(report).toMatchObject({ selected: 420, replayed: 420, isComplete: true, resume: null, failure: null });
      const records = await received(target, 420);
      for (const key of keys) expect(versionsOf(event, records, key)).toEqual(upTo(60));
      const first = records[0];
      expect(first?.value.readUInt32BE(1)).toBe(registryId);
      expect(first?.headers).toMatchObject({
        "waybill-replay": report.replayId,
        "waybill-replayed-at": expect.stringMatching(/^\d{4}-.*Z$/),
        ce_type: event.type,
      });
      const { rows } = await services.client.query<{ id: string }>("SELECT event_id AS id FROM waybill.outbox");
      expect(new Set(records.map(({ headers }) => headers["ce_id"]))).toEqual(new Set(rows.map(({ id }) => id)));
    },
  );

  it("sends them to their own topic where no other is named", async () => {
    const { event } = await published("own", 2);
    await createTopic(services.broker.brokers, event.topic);
    expect((await replay(["--key", "key-3"])).stdout).toMatch(/^replayed 2 events to their topics/);
    expect(versionsOf(event, await received(event.topic, 2), "key-3")).toEqual([1, 2]);
  });

  it("selects by row, time, key, type and topic; a dry run only counts", async () => {
    const { event } = await published("selected", 10);
    const ids = await rowIds();
    const other = createCountedEvent("other");
    await insertEvents(services.client, other, countedData(["key-1"], 3));
    await publishAllByHand(services.client);
    await services.client.query("UPDATE waybill.outbox SET occurred_at = '2026-01-01T00:00:00Z' WHERE id <= $1", [
      ids[20],
    ]);
    const counted = async (...flags: readonly string[]): Promise<number> =>
      json<ReplayReport>(await replay([...flags, "--dry-run", "--json"])).selected;
    expect(await counted("--all")).toBe(73);
    expect(await counted("--from-id", String(ids[5]), "--to-id", String(ids[14]))).toBe(10);
    expect(await counted("--to", "2026-06-01T00:00:00Z")).toBe(21);
    expect(await counted("--from", "1h")).toBe(52);
    expect(await counted("--key", "key-1", "--key", "key-2")).toBe(23);
    expect(await counted("--type", other.type)).toBe(3);
    expect(await counted("--topic", event.topic, "--key", "key-1", "--from-id", String(ids[7]))).toBe(9);
    const { stdout } = await replay(["--all", "--dry-run", "--to-topic", "x"]);
    expect(stdout).toContain(`${event.topic} -> x`);
    expect(stdout).toContain("73 events would be replayed");
  });

  it("leaves out what is pending, parked or discarded", async () => {
    const { event, target } = await published("parked", 3);
    const ids = await rowIds();
    await parkRow(services.client, ids[4] ?? 0);
    await discardRow(services.client, ids[5] ?? 0);
    await insertEvents(services.client, event, countedData(keys, 1));
    const report = json<ReplayReport>(await replay(["--all", "--to-topic", target, "--json"]));
    expect(report).toMatchObject({ replayed: 19, leftOut: { pending: 7, parked: 1, discarded: 1 } });
    expect(await received(target, 19)).toHaveLength(19);
    await services.client.query("TRUNCATE waybill.dead_letter, waybill.discarded_event");
  });

  it("stops when it shall end, and goes on where it stopped without losing any", async () => {
    const { event, target } = await published("resumed", 100);
    const ending = new AbortController();
    const flags = ["--topic", event.topic, "--to-topic", target, "--json", "--batch-size", "50"];
    const first = replay([...flags, "--rate", "1000"], { shutdown: ending.signal });
    await received(target, 1);
    ending.abort();
    const stopped = await first;
    expect(stopped.code).toBe(1);
    const report = json<ReplayReport>(stopped);
    expect(report.isComplete).toBe(false);
    expect(stopped.stderr).toContain(`events: it was interrupted. Go on with ${report.resume} and the other flags`);
    const rest = json<ReplayReport>(await replay([...flags, ...(report.resume ?? "").split(" ")]));
    expect(rest).toMatchObject({ isComplete: true, replayId: report.replayId });
    expect(report.replayed + rest.replayed).toBe(700);
    const records = await received(target, 700);
    expect(records.length).toBeLessThanOrEqual(750); // at most the batch that was in flight comes twice
    for (const key of keys) expect([...new Set(versionsOf(event, records, key))]).toEqual(upTo(100));
  });

  it("keeps to the rate", async () => {
    const { target } = await published("rated", 20);
    const report = json<ReplayReport>(await replay(["--all", "--to-topic", target, "--rate", "200", "--json"]));
    expect(report).toMatchObject({ replayed: 140, isComplete: true });
    expect(report.elapsedMs).toBeGreaterThanOrEqual(690);
  });

  it("stops at a topic that is missing, and at a schema that the registry does not know, sending nothing more", async () => {
    const { event, target } = await published("stopped", 2);
    const missing = await replay(["--all", "--to-topic", `${target}-none`]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(
      /stopped after 0 of 14 events: row \d+ cannot be sent: .*outbox-relay topics ensure --topic/,
    );
    const unknown = createCountedEvent("unknown");
    const [last = 0] = (await rowIds()).slice(-1);
    await insertEvents(services.client, { ...unknown, schemaId: 4711n }, countedData(["k"], 1));
    await publishAllByHand(services.client);
    const report = await replay(["--all", "--to-topic", target, "--json", "--batch-size", "1"]);
    expect(json<ReplayReport>(report)).toMatchObject({
      replayed: 14,
      isComplete: false,
      failure: expect.stringContaining("cannot be sent"),
    });
    expect(json<ReplayReport>(report).resume).toContain(`--from-id ${last + 1}`);
    expect(await received(target, 14)).toHaveLength(14);
    expect(event.topic).not.toBe(target);
  });

  it("says what retention has left", async () => {
    const { event } = await published("truncated", 4);
    const ids = await rowIds();
    await services.client.query("DELETE FROM waybill.outbox WHERE id < $1", [ids[10]]);
    const { stdout } = await replay(["--from-id", String(ids[0]), "--topic", event.topic, "--dry-run"]);
    expect(stdout).toContain("18 events would be replayed");
    expect(stdout).toContain(
      `note: rows ${ids[0]} to ${(ids[10] ?? 0) - 1} are gone: retention has left rows from ${ids[10]}`,
    );
  });

  it("names everything that is wrong at once", async () => {
    const flags = ["--from-id", "9", "--to-id", "3", "--rate", "0", "--from", "today", "--all", "--to-topic", "a b"];
    const { code, stderr } = await operatorCli(["replay", ...flags]);
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => line.slice(0, 40)),
    ).toEqual([
      "outbox-relay: wrong settings:",
      "  - --all: contradicts a selection; give one or the other".slice(0, 40),
      "  - --from: expects a time with its zone such".slice(0, 40),
      "  - --from-id: is above --to-id",
      '  - --to-topic: "a b" is not a Kafka topic name'.slice(0, 40),
      "  - --rate: expects a number from 0.1 to 1000000".slice(0, 40),
      "  - --database-url (DATABASE_URL) is missing".slice(0, 40),
      "  - --brokers (KAFKA_BROKERS) is missing: ".slice(0, 40),
      "  - --registry-url (SCHEMA_REGISTRY_URL) is missing".slice(0, 40),
    ]);
    expect(code).toBe(2);
    expect(await replay([])).toMatchObject({ code: 2, stderr: expect.stringContaining("which events?") });
    expect(await replay(["--type", "no.such.type", "--dry-run"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(
        "no schema in waybill.schema was stored for no.such.type: is it spelt like that?",
      ),
    });
  });
});
