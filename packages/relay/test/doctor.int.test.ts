import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestDatabase, startTestBroker, type TestBroker, type TestDatabase } from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import type pg from "pg";
import type { Check } from "../src/commands/doctor/check.ts";
import { type CliResult, json, operatorCli } from "./operator-cli.ts";
import { readOldTransactions } from "../src/sql/database-health.ts";
import { connect, createOutboxDatabase, withClient } from "./outbox-database.ts";
import { registerSchema } from "./relay-services.ts";
import { createCountedEvent, insertEvents } from "./test-event.ts";
import { createTopic, kafkaOf } from "./topic-reader.ts";

let broker: TestBroker;
let registry: RunningRegistry;

beforeAll(async () => {
  [broker, registry] = await Promise.all([startTestBroker(), startRegistry()]);
});
afterAll(async () => {
  await Promise.all([broker.stop(), registry.stop()]);
});

function doctor(
  databaseUrl: string,
  changes: Readonly<Record<string, string>> = {},
  ...flags: readonly string[]
): Promise<CliResult> {
  const env = { DATABASE_URL: databaseUrl, KAFKA_BROKERS: broker.brokers.join(","), SCHEMA_REGISTRY_URL: registry.url };
  return operatorCli(["doctor", "--json", "--connect-timeout-ms", "1000", ...flags], { env: { ...env, ...changes } });
}

/** Breaks a fresh database, and returns what the doctor finds. */
async function examine(breakIt: (client: pg.Client) => Promise<unknown>): Promise<{ code: number; checks: Check[] }> {
  const database = await createOutboxDatabase();
  await withClient(database.url, breakIt);
  const result = await doctor(database.url);
  await database.drop();
  return { code: result.code, checks: json(result) };
}

function find(checks: readonly Check[], id: string): Check | undefined {
  return checks.find((check) => check.id === id || `${check.area} ${check.id}` === id);
}

describe("outbox-relay doctor", () => {
  it("finds nothing wrong with what is well", async () => {
    const event = createCountedEvent("well");
    await createTopic(broker.brokers, event.topic);
    await registerSchema(registry.url, event);
    const { code, checks } = await examine((client) => insertEvents(client, event, [{ key: "k", version: 1 }]));
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
    expect(code).toBe(0);
    expect(find(checks, "version")?.detail).toMatch(/^PostgreSQL 1[5-9]/);
    const well = [
      "migrations",
      "privileges",
      "cursors",
      "window-plan",
      "backlog-plan",
      "slots",
      "sequence-cache",
      "clock",
    ];
    expect(well.map((id) => [id, find(checks, id)?.status])).toEqual(well.map((id) => [id, "ok"]));
    expect(find(checks, `schema:${event.topic}-relay.test.Counted`)?.status).toBe("ok");
    expect(find(checks, `topic:${event.topic}`)?.detail).toContain("single replica");
  });

  it.each([
    ["sequence-cache", "fail", "CACHE 20", "ALTER TABLE waybill.outbox ALTER COLUMN id SET CACHE 20"],
    ["slots-autovacuum", "warn", "outbox_3", "ALTER TABLE waybill.outbox_3 RESET (autovacuum_enabled)"],
    ["window-plan", "fail", "would read by", "DROP INDEX waybill.outbox_xid_id"],
    ["backlog-plan", "fail", "would read by", "DROP INDEX waybill.outbox_id"],
    ["cursors", "fail", "made in another database", "UPDATE waybill.relay_cursor SET database_oid = 1"],
    [
      "cursors",
      "fail",
      "has seen transaction ids up to 9999999999",
      "UPDATE waybill.relay_cursor SET s1 = '1:9999999999:'",
    ],
    ["migrations", "fail", "not applied: 0004_publish", "DELETE FROM waybill.migration WHERE name = '0004_publish'"],
    ["migrations", "warn", "other means migrated", "DROP TABLE waybill.migration"],
    ["migrations", "fail", "waybill.relay_cursor missing", "DROP TABLE waybill.relay_cursor"],
  ])("%s: %s when %s", async (id, status, detail, statement) => {
    const { code, checks } = await examine((client) => client.query(statement));
    const check = checks.find((candidate) => candidate.id === id && candidate.status === status);
    expect(check).toMatchObject({ detail: expect.stringContaining(detail), remedy: expect.any(String) });
    expect(code).toBe(status === "fail" ? 1 : 0);
  });

  it("sees a sequence that was set back", async () => {
    const event = createCountedEvent("setback");
    const { checks } = await examine(async (client) => {
      await insertEvents(
        client,
        event,
        [1, 2, 3].map((version) => ({ key: "k", version })),
      );
      await client.query("SELECT setval(pg_get_serial_sequence('waybill.outbox', 'id'), 1)");
    });
    expect(find(checks, "sequence-position")).toMatchObject({
      status: "fail",
      remedy: expect.stringContaining("setval("),
    });
  });

  it("sees transactions that stay open, and prepared ones", async () => {
    const database = await createOutboxDatabase();
    const slow = await connect(database.url);
    await slow.query("BEGIN");
    await slow.query("SELECT pg_current_xact_id()");
    await withClient(database.url, async (client) => {
      await client.query("BEGIN; CREATE TABLE prepared (); PREPARE TRANSACTION 'doctor-test'");
      const found = await readOldTransactions(client, 0);
      expect(found.map(({ what, name }) => [what, name])).toContainEqual(["prepared transaction", "doctor-test"]);
      expect(found).toContainEqual(expect.objectContaining({ what: "session", state: "idle in transaction" }));
      expect(await readOldTransactions(client, 60_000)).toEqual([]);
      await client.query("ROLLBACK PREPARED 'doctor-test'");
    });
    await slow.end();
    await database.drop();
  });

  it("names what the role may not do", async () => {
    const database = await createOutboxDatabase();
    const role = `${database.name}_relay`;
    await withClient(database.url, (client) =>
      client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA waybill TO ${role};
        GRANT SELECT ON ALL TABLES IN SCHEMA waybill TO ${role}`),
    );
    const url = new URL(database.url);
    url.username = role;
    url.password = "secret";
    const checks = json<Check[]>(await doctor(url.href));
    const lacking = find(checks, "privileges");
    expect(lacking).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("UPDATE on waybill.relay_cursor"),
    });
    expect(lacking?.detail).toContain("TRUNCATE on waybill.outbox_7");
    await withClient(database.url, (client) => client.query(`REVOKE USAGE ON SCHEMA waybill FROM ${role}`));
    const outside = await doctor(url.href);
    expect(find(json(outside), "privileges")?.detail).toContain("may not use the schema waybill");
    expect(outside.stdout).not.toContain("secret");
    await withClient(database.url, (client) => client.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`));
    await database.drop();
  });

  it("fails for a missing topic and an unknown schema, and creates neither", async () => {
    const event = createCountedEvent("missing");
    const { code, checks } = await examine((client) => insertEvents(client, event, [{ key: "k", version: 1 }]));
    expect(find(checks, `topic:${event.topic}`)).toMatchObject({
      status: "fail",
      remedy: `\`outbox-relay topics ensure --topic ${event.topic}\`.`,
    });
    expect(find(checks, `schema:${event.topic}-relay.test.Counted`)).toMatchObject({
      status: "fail",
      remedy: expect.stringContaining("schemas push"),
    });
    expect(code).toBe(1);
    const admin = kafkaOf(broker.brokers).admin();
    await admin.connect();
    expect(await admin.listTopics()).not.toContain(event.topic);
    await admin.disconnect();
  });

  it("reads a topic's settings", async () => {
    const topic = createCountedEvent("strict").topic;
    const admin = kafkaOf(broker.brokers).admin();
    await admin.connect();
    const configEntries = Object.entries({
      "min.insync.replicas": "2",
      "max.message.bytes": "500000",
      "cleanup.policy": "compact",
    }).map(([name, value]) => ({ name, value }));
    await admin.createTopics({
      topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }],
      waitForLeaders: true,
    });
    await admin.disconnect();
    const database = await createOutboxDatabase();
    const { code, stdout } = await doctor(database.url, {}, "--topic", topic);
    const found = (JSON.parse(stdout) as Check[])
      .filter(({ id }) => id === `topic:${topic}`)
      .map(({ status, detail }) => [status, detail]);
    expect(found).toEqual([
      ["warn", expect.stringContaining("single replica")],
      ["fail", expect.stringContaining("min.insync.replicas is 2, but there are 1 replicas")],
      ["warn", expect.stringContaining("max.message.bytes is 500 kB")],
      ["warn", expect.stringContaining("compact")],
    ]);
    expect(code).toBe(1);
    await database.drop();
  });

  it("tells what cannot be reached, and checks the rest", async () => {
    const empty = await createTestDatabase();
    const away = { KAFKA_BROKERS: "127.0.0.1:1", SCHEMA_REGISTRY_URL: "http://me:s3cret@127.0.0.1:1" };
    const unmigrated = await doctor(empty.url, away);
    const checks = json<Check[]>(unmigrated);
    expect(find(checks, "migrations")).toMatchObject({
      status: "fail",
      remedy: expect.stringContaining("outbox-relay migrate"),
    });
    expect(find(checks, "kafka reachable")).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("127.0.0.1:1"),
    });
    expect(find(checks, "registry reachable")?.status).toBe("fail");
    expect(unmigrated.stderr).toMatch(
      /^outbox-relay: \d of \d+ checks failed: database migrations, kafka reachable, registry reachable\n$/,
    );
    await empty.drop();
    const nowhere = await doctor("postgresql://me:s3cret@127.0.0.1:1/shop");
    expect(find(json(nowhere), "database reachable")?.status).toBe("fail");
    expect(find(json(nowhere), "kafka reachable")?.status).toBe("ok");
    expect(nowhere.stdout + nowhere.stderr + unmigrated.stdout).not.toContain("s3cret");
  });

  it("does with the database alone, and warns of what it could not check", async () => {
    const database: TestDatabase = await createOutboxDatabase();
    const { code, stdout } = await operatorCli(["doctor", "--database-url", database.url]);
    expect(stdout).toContain("warn  kafka not-checked");
    expect(stdout).toContain("-> Give --registry-url (SCHEMA_REGISTRY_URL) to have this checked.");
    expect(stdout.trim().split("\n").at(-1)).toMatch(/^\d+ checks: \d+ ok, \d warnings, 0 failed$/);
    expect(code).toBe(0);
    await database.drop();
  });
});
