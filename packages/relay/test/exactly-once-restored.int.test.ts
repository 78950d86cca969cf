import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually, type PostgresServer, startPostgresServer } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import type { RelayOptions } from "../src/settings/settings.ts";
import { operatorCli } from "./operator-cli.ts";
import { withClient } from "./outbox-database.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import {
  type CountedEvent,
  createCountedEvent,
  firstVersionsOf,
  insertEvents,
  upTo,
  versionsOf,
} from "./test-event.ts";
import type { TopicReader } from "./topic-reader.ts";

/** A machine that is busy with other tests starts a process in ten seconds. */
const LIMIT_MS = 240_000;
const keys = ["a", "b", "c", "d"];

let services: RelayServices;
const servers: PostgresServer[] = [];

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(async () => {
  await services.cleanUp();
  for (const server of servers.splice(0)) await server.remove();
});
afterAll(() => services.stop());

it(
  "refuses a database whose files were set back for as long as it takes, and publishes all of it after adopt",
  async () => {
    const primary = await startDatabase();
    const { event, topic } = await createTopic("set-back");
    const settings = relayOf(primary);
    await services.spawn(settings);
    await publish(primary, event, topic, 1);
    await primary.stop();
    const backup = await primary.copyWhileStopped();
    servers.push(backup);
    await primary.start();
    await publish(primary, event, topic, 2);
    await services.killProcesses();
    await primary.stop();
    await primary.restoreFrom(backup);
    await primary.start();

    // Applications write past all that the cursors in Kafka have seen: transactions, rows, leases.
    await withClient(primary.url, async (client) => {
      for (let version = 3; version <= 42; version++) await insertEvents(client, event, versioned(version));
      await client.query("UPDATE waybill.relay_cursor SET epoch = epoch + 100");
    });
    for (let start = 0; start < 3; start++) {
      const relay = services.launch(settings);
      expect(await relay.exited).toBe(1);
      expect(relay.errors.join("\n")).toContain("set back to an earlier one");
    }
    expect(versionsOf(event, topic.records, "a")).toEqual([1, 2]);

    expect(await operatorCli(["adopt", "--keep-position", "--database-url", primary.url])).toMatchObject({ code: 0 });
    await services.spawn(settings);
    await eventually(() => keys.every((key) => versionsOf(event, topic.records, key).includes(42)), LIMIT_MS);
    for (const key of keys) expect(firstVersionsOf(event, topic.records, key)).toEqual(upTo(42));
  },
  LIMIT_MS,
);

it(
  "repeats nothing after a failover to a standby that has all of it, and goes by the database where it has not",
  async () => {
    const primary = await startDatabase();
    const standby = await primary.createStandby();
    servers.push(standby);
    const { event, topic } = await createTopic("failed-over");
    await services.spawn(relayOf(primary));
    await publish(primary, event, topic, 1);
    await caughtUp(primary, standby);
    await services.killProcesses(); // its cursors are saved in Kafka alone
    await primary.crash();
    await promote(standby);
    const second = await services.spawn(relayOf(standby));
    await publish(standby, event, topic, 2);
    expect(second.log.some(({ msg }) => msg.includes("left aside"))).toBe(false);
    for (const key of keys) expect(versionsOf(event, topic.records, key)).toEqual([1, 2]);

    const late = await standby.createStandby();
    servers.push(late);
    await late.stop();
    await publish(standby, event, topic, 3);
    await services.killProcesses();
    await standby.crash();
    await late.start();
    await promote(late);
    const third = await services.spawn(relayOf(late));
    await publish(late, event, topic, 4);
    expect(third.log.some(({ msg }) => msg.includes("left aside"))).toBe(true);
    for (const key of keys) expect(firstVersionsOf(event, topic.records, key)).toEqual(upTo(4));
  },
  LIMIT_MS,
);

const cursorTopic = `cursors-${randomUUID()}`;

function relayOf(server: PostgresServer): Partial<RelayOptions> {
  return { databaseUrl: server.url, delivery: "exactly-once", cursorTopic, checkpointMs: 60_000 };
}

async function startDatabase(): Promise<PostgresServer> {
  const server = await startPostgresServer();
  servers.push(server);
  await withClient(server.url, (client) => migrate(client));
  return server;
}

async function createTopic(name: string): Promise<{ event: CountedEvent; topic: TopicReader }> {
  const event = createCountedEvent(name);
  await services.register(event);
  return { event, topic: await services.topicOf(event) };
}

const versioned = (version: number) => keys.map((key) => ({ key, version }));

async function publish(server: PostgresServer, event: CountedEvent, topic: TopicReader, version: number) {
  await withClient(server.url, (client) => insertEvents(client, event, versioned(version)));
  await eventually(() => keys.every((key) => versionsOf(event, topic.records, key).includes(version)), LIMIT_MS);
}

/** Resolves when the standby has all that was committed before. */
async function caughtUp(primary: PostgresServer, standby: PostgresServer): Promise<void> {
  const [written] = await ask<{ lsn: string }>(primary, "SELECT pg_current_wal_flush_lsn()::text AS lsn");
  await eventually(async () => {
    const [replayed] = await ask<{ has: boolean }>(
      standby,
      `SELECT pg_last_wal_replay_lsn() >= '${written?.lsn}'::pg_lsn AS has`,
    );
    return replayed?.has;
  });
}

async function promote(standby: PostgresServer): Promise<void> {
  await ask(standby, "SELECT pg_promote()");
}

function ask<T extends object>(server: PostgresServer, sql: string): Promise<T[]> {
  return withClient(server.url, async (client) => (await client.query<T>(sql)).rows);
}
