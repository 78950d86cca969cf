import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { describeEvent, parseFrame } from "@waybill/events";
import { eventually, type PostgresServer, startPostgresServer } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import type { RelayOptions } from "../src/settings/settings.ts";
import { askForRedrive, createLimitedTopic, insertLarge, shrinkDeadLetters, waiting } from "./dead-letter-asks.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { connect, withClient } from "./outbox-database.ts";
import type { RelayProcess } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { createStressSchema, runStressWriters, stressedVersion, stressSchema } from "./stress-writers.ts";
import { type CountedEvent, createCountedEvent, insertEvents, insertSchema, upTo, versionsOf } from "./test-event.ts";

/** A machine that is busy with other tests starts a process in ten seconds. */
const LIMIT_MS = 240_000;

let services: RelayServices;
let postgres: PostgresServer | null = null;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(async () => {
  await services.cleanUp();
  await postgres?.remove();
});
afterAll(() => services.stop());

const cursorTopic = `cursors-${randomUUID()}`;

function spawn(changes: Partial<RelayOptions> = {}): Promise<RelayProcess> {
  return services.spawn({ delivery: "exactly-once", cursorTopic, checkpointMs: 60_000, batchSize: 20, ...changes });
}

it(
  "publishes nothing that a crash of PostgreSQL forgets, and repeats nothing, though all commits are asynchronous",
  async () => {
    // What is not flushed on purpose is lost: the WAL writer comes by every ten seconds.
    const server = await startPostgresServer({ synchronous_commit: "off", wal_writer_delay: "10s" });
    postgres = server;
    await withClient(server.url, async (client) => {
      await migrate(client);
      await createStressSchema(server.url);
      await client.query("SET synchronous_commit = on; SELECT pg_logical_emit_message(true, 'test', '')");
    });
    const event: CountedEvent = describeEvent({
      type: "relay.test.stressed",
      version: 1,
      topic: createCountedEvent("crashed").topic,
      schema: stressSchema,
    });
    await withClient(server.url, (client) => insertSchema(client, event));
    await services.register(event);
    const topic = await services.topicOf(event);
    await spawn({ databaseUrl: server.url });
    const ended = new AbortController();
    const writing = runStressWriters({
      url: server.url,
      writers: 4,
      transactions: Number.POSITIVE_INFINITY,
      until: ended.signal,
      pauseMs: 10,
      seed: 7,
      topic: event.topic,
      schemaId: event.schemaId,
      keys: 60,
      holdsOpen: false,
      prepares: false, // they flush the WAL
      ridesOut: true,
    });
    for (let crash = 0; crash < 2; crash++) {
      const target = topic.records.length + 60;
      await eventually(() => topic.records.length > target, LIMIT_MS);
      await server.crash();
      await server.start();
    }
    const target = topic.records.length + 20;
    await eventually(() => topic.records.length > target, LIMIT_MS);
    ended.abort();
    await writing;
    const check = () => {
      const checker = new DeliveryChecker();
      for (const { key, value } of topic.records) {
        checker.deliver(String(key), stressedVersion(parseFrame(value).payload));
      }
      return checker;
    };
    await withClient(server.url, async (client) => {
      await eventually(async () => (await check().report(client)).lost === 0, LIMIT_MS);
      const report = await check().report(client);
      expect(report).toMatchObject({ lost: 0, inverted: 0, repeated: 0, phantom: 0 });
    });
  },
  LIMIT_MS,
);

it(
  "redrives once, although it dies after the commit and before the dead letters are deleted",
  async () => {
    const event = createCountedEvent("redriven-once");
    await services.register(event);
    await createLimitedTopic(services.broker.brokers, event);
    const topic = await services.topicOf(event);
    const first = await spawn();
    await insertLarge(services.client, event, { key: "p", version: 1 });
    await insertEvents(
      services.client,
      event,
      [2, 3, 4].map((version) => ({ key: "p", version })),
    );
    await eventually(async () => (await waiting(services.client)) === 4, LIMIT_MS);
    await shrinkDeadLetters(services.client);

    const blocker = await connect(services.database.url);
    await blocker.query("BEGIN");
    await blocker.query("SELECT FROM waybill.dead_letter FOR KEY SHARE"); // they can be asked for, not deleted
    await askForRedrive(services.client, "state = 'parked'");
    await eventually(() => versionsOf(event, topic.records, "p").length > 0, LIMIT_MS);
    first.kill("SIGKILL");
    await first.exited;
    // Its statement waits on in the server, and would go through.
    await services.client.query(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    await blocker.query("ROLLBACK");
    await blocker.end();
    expect(await waiting(services.client)).toBe(4); // published, and not deleted

    await spawn();
    await eventually(async () => (await waiting(services.client)) === 0, LIMIT_MS);
    await insertEvents(services.client, event, [{ key: "p", version: 5 }]);
    await eventually(() => versionsOf(event, topic.records, "p").includes(5), LIMIT_MS);
    expect(versionsOf(event, topic.records, "p")).toEqual(upTo(5));
  },
  LIMIT_MS,
);
