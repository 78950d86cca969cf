import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type { RelayOptions } from "../src/settings/settings.ts";
import type { RelayProcess } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import {
  type CountedEvent,
  countedData,
  createCountedEvent,
  firstVersionsOf,
  insertEvents,
  upTo,
  versionsOf,
} from "./test-event.ts";
import type { TopicReader } from "./topic-reader.ts";

/** Over all shard groups. */
const KEYS = Array.from({ length: 24 }, (_, n) => `key-${n}`);
/** So long that nothing in these tests can wait for it. */
const LONG_LEASE_MS = 600_000;
const SHORT_LEASE_MS = 2_000;

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

function spawn(changes: Partial<RelayOptions> = {}, nodeOptions: readonly string[] = []): Promise<RelayProcess> {
  return services.spawn({ leaseMs: LONG_LEASE_MS, ...changes }, nodeOptions);
}

interface Holding {
  readonly groups: number;
  readonly epochs: string;
}

/** Who holds how many groups. */
async function holdings(): Promise<Map<string, Holding>> {
  const { rows } = await services.client.query<Holding & { holder: string }>(
    `SELECT holder, count(*)::int AS groups, string_agg(shard_group || ':' || epoch, ' ' ORDER BY shard_group) AS epochs
     FROM waybill.relay_cursor WHERE holder IS NOT NULL GROUP BY holder`,
  );
  return new Map(rows.map((row) => [row.holder, row]));
}

/** Resolves when exactly these relays hold all groups, at most one apart. */
function shared(...among: readonly RelayProcess[]): Promise<Map<string, Holding>> {
  return eventually(async () => {
    const held = await holdings();
    const counts = among.map(({ instance }) => held.get(instance)?.groups ?? 0);
    const isShared = counts.reduce((sum, count) => sum + count, 0) === 8;
    return held.size === among.length && isShared && Math.max(...counts) - Math.min(...counts) <= 1 && held;
  });
}

async function insertVersions(event: CountedEvent, from: number, to: number): Promise<void> {
  const data = countedData(KEYS, to - from + 1);
  await insertEvents(
    services.client,
    event,
    data.map(({ key, version }) => ({ key, version: version + from - 1 })),
  );
}

async function prepare(): Promise<{ event: CountedEvent; topic: TopicReader }> {
  const event = createCountedEvent();
  await services.register(event);
  return { event, topic: await services.topicOf(event) };
}

function isComplete(event: CountedEvent, topic: TopicReader, versions: number): boolean {
  return KEYS.every((key) => new Set(versionsOf(event, topic.records, key)).size === versions);
}

function expectInOrder(event: CountedEvent, topic: TopicReader, versions: number): void {
  for (const key of KEYS) expect(firstVersionsOf(event, topic.records, key)).toEqual(upTo(versions));
}

it("shares the work as instances come and go by SIGTERM, at once and without a repetition", async () => {
  const { event, topic } = await prepare();
  const one = await spawn({ batchSize: 50 });
  await shared(one);
  await insertVersions(event, 1, 20);
  const two = await spawn({ batchSize: 50 });
  const three = await spawn({ batchSize: 50 });
  await insertVersions(event, 21, 40);
  await shared(one, two, three);
  await insertVersions(event, 41, 60);
  one.kill("SIGTERM");
  expect(await one.exited).toBe(0);
  await shared(two, three);
  await insertVersions(event, 61, 80);
  two.kill("SIGTERM");
  expect(await two.exited).toBe(0);
  await shared(three);
  await insertVersions(event, 81, 100);
  await eventually(() => isComplete(event, topic, 100));
  for (const key of KEYS) expect(versionsOf(event, topic.records, key)).toEqual(upTo(100));
  three.kill("SIGTERM");
  expect(await three.exited).toBe(0);
  expect(await holdings()).toEqual(new Map());
  const { rowCount } = await services.client.query("SELECT FROM waybill.relay_instance");
  expect(rowCount).toBe(0);
});

it("lets eight share, and a ninth wait", async () => {
  const eight = await Promise.all(Array.from({ length: 8 }, () => spawn()));
  await shared(...eight);
  const ninth = await spawn();
  const nine = [...eight, ninth];
  const held = await eventually(async () => {
    const now = await holdings();
    return now.size === 8 && [...now.values()].every(({ groups }) => groups === 1) && now;
  });
  // Whoever has none now takes over from one that goes.
  const spare = nine.find(({ instance }) => !held.has(instance)) as RelayProcess;
  const leaving = nine.find((relay) => relay !== spare) as RelayProcess;
  leaving.kill("SIGKILL");
  await shared(...nine.filter((relay) => relay !== leaving));
});

it("takes over from a killed instance at once, as its connection is gone", async () => {
  const { event, topic } = await prepare();
  const one = await spawn({ batchSize: 10 });
  const two = await spawn({ batchSize: 10 });
  await shared(one, two);
  await insertVersions(event, 1, 60);
  await eventually(() => topic.records.length > 300);
  one.kill("SIGKILL");
  await insertVersions(event, 61, 80);
  await shared(two);
  await eventually(() => isComplete(event, topic, 80));
  expectInOrder(event, topic, 80);
});

it("takes over from a paused instance when its lease is over, and fences it when it goes on", async () => {
  const { event, topic } = await prepare();
  const paused = await spawn({ batchSize: 10, leaseMs: SHORT_LEASE_MS });
  const other = await spawn({ batchSize: 10, leaseMs: SHORT_LEASE_MS });
  await shared(paused, other);
  await insertVersions(event, 1, 60);
  await eventually(() => topic.records.length > 300);
  paused.kill("SIGSTOP");
  await insertVersions(event, 61, 80);
  await shared(other);
  await eventually(() => isComplete(event, topic, 80));
  paused.kill("SIGCONT");
  // An answer that it waited for when it was paused is too late by its own clock, which may come first.
  const ends = ["CURSOR_FENCED", "DATABASE_UNREACHABLE"];
  await eventually(() => paused.log.some(({ code }) => ends.includes(String(code))));
  await shared(paused, other);
  await insertVersions(event, 81, 100);
  await eventually(() => isComplete(event, topic, 100));
  expectInOrder(event, topic, 100);
});

it("does not mind an instance whose clock is wrong", async () => {
  const { event, topic } = await prepare();
  const leaseMs = SHORT_LEASE_MS;
  const ahead = await spawn({ leaseMs }, ["--import", clockOffBy(86_400_000)]);
  const behind = await spawn({ leaseMs }, ["--import", clockOffBy(-86_400_000)]);
  const right = await spawn({ leaseMs });
  const before = await shared(ahead, behind, right);
  await insertVersions(event, 1, 20);
  // Several times the lease: each has renewed again and again, by the database's clock.
  await eventually(async () => {
    const { rows } = await services.client.query<{ ms: number }>(
      "SELECT min(extract(epoch FROM seen_at - started_at) * 1000)::float8 AS ms FROM waybill.relay_instance " +
        "WHERE id = ANY ($1)",
      [[ahead, behind, right].map(({ instance }) => instance)],
    );
    return (rows[0]?.ms ?? 0) > 3 * leaseMs;
  });
  const { rows } = await services.client.query<{ left_ms: number }>(
    "SELECT (extract(epoch FROM lease_until - clock_timestamp()) * 1000)::float8 AS left_ms FROM waybill.relay_cursor",
  );
  for (const { left_ms } of rows) expect(left_ms).toBeLessThanOrEqual(leaseMs);
  expect(await holdings()).toEqual(before); // the same epochs: nobody took anything from anyone
  await eventually(() => isComplete(event, topic, 20));
  for (const key of KEYS) expect(versionsOf(event, topic.records, key)).toEqual(upTo(20));
});

it("gives up what is stuck when another instance comes, and the other goes on with it", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const one = await spawn({ leaseMs: SHORT_LEASE_MS });
  await shared(one);
  await insertVersions(event, 1, 10); // its topic is missing: held
  await eventually(() => one.log.find(({ reason }) => reason === "topic-missing"));
  const two = await spawn({ leaseMs: SHORT_LEASE_MS });
  await shared(one, two);
  await eventually(() => two.log.find(({ reason }) => reason === "topic-missing"));
  const topic = await services.topicOf(event);
  await eventually(() => isComplete(event, topic, 10));
  expectInOrder(event, topic, 10);
});

it.each(["reader", "control"])("starts over when its %s connection alone is cut", async (role) => {
  const { event, topic } = await prepare();
  const relay = await spawn({ batchSize: 20 });
  const before = await shared(relay);
  await insertVersions(event, 1, 40);
  await eventually(() => topic.records.length > 100);
  const { rowCount } = await services.client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'outbox-relay ' || $1 || '%'`,
    [role],
  );
  expect(rowCount).toBe(1);
  await eventually(async () => {
    const held = (await holdings()).get(relay.instance);
    return held?.groups === 8 && held.epochs !== before.get(relay.instance)?.epochs;
  });
  await insertVersions(event, 41, 60);
  await eventually(() => isComplete(event, topic, 60));
  expectInOrder(event, topic, 60);
});

/** A module that makes a process's wall clock wrong. */
function clockOffBy(ms: number): string {
  const code = `const RealDate = Date; const now = () => RealDate.now() + ${ms};
    globalThis.Date = class extends RealDate {
      constructor(...args) { if (args.length === 0) super(now()); else super(...args); }
      static now() { return now(); }
    };`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
