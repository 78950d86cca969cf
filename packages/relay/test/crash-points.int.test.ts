/** Each row of the table "Crash points" in src/ARCHITECTURE.md: a relay's process is killed exactly there. */
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type { RelayOptions } from "../src/settings/settings.ts";
import { armFailpoint, type Failpoint, type FailpointPlace } from "./failpoint.ts";
import { connect } from "./outbox-database.ts";
import { type ProxiedBroker, startProxiedBroker } from "./proxied-broker.ts";
import type { RelayProcess } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import {
  countedData,
  type CountedEvent,
  createCountedEvent,
  firstVersionsOf,
  insertEvents,
  upTo,
  versionsOf,
} from "./test-event.ts";
import { createTopic, readTopic, type TopicReader } from "./topic-reader.ts";

/** Over all shard groups. */
const KEYS = Array.from({ length: 24 }, (_, n) => `key-${n}`);
/** So long that nothing here can wait for it: what is taken over is taken over because its connection is gone. */
const LEASE_MS = 600_000;

const CLAIM: FailpointPlace = { table: "waybill.relay_cursor", when: "OLD.epoch <> NEW.epoch" };
const SAVE: FailpointPlace = { table: "waybill.relay_cursor", when: "OLD.last_id <> NEW.last_id" };
const RELEASE: FailpointPlace = {
  table: "waybill.relay_cursor",
  when: "OLD.holder IS NOT NULL AND NEW.holder IS NULL",
};

let services: RelayServices;
let broker: ProxiedBroker;
let event: CountedEvent;
let topic: TopicReader;
const failpoints: Failpoint[] = [];

beforeAll(async () => {
  services = await startRelayServices();
  broker = await startProxiedBroker();
});
afterEach(async () => {
  broker.proxy.mend();
  broker.proxy.dropProduceReplies(0);
  await services.killProcesses();
  for (const failpoint of failpoints.splice(0)) await failpoint.cut();
  await services.client.query("UPDATE waybill.relay_cursor SET holder = NULL, lease_until = NULL");
  await services.client.query("DELETE FROM waybill.relay_instance");
  await topic.stop();
  await services.cleanUp();
});
afterAll(async () => {
  await broker.stop();
  await services.stop();
});

async function prepare(): Promise<void> {
  event = createCountedEvent();
  await services.register(event);
  await createTopic(broker.brokers, event.topic);
  topic = await readTopic(broker.brokers, event.topic);
}

function spawn(changes: Partial<RelayOptions> = {}): Promise<RelayProcess> {
  return services.spawn({ brokers: broker.brokers, leaseMs: LEASE_MS, ...changes });
}

/** It need not get as far as to say that it has started. */
function launch(): RelayProcess {
  return services.launch({ brokers: broker.brokers, leaseMs: LEASE_MS });
}

async function arm(place: FailpointPlace): Promise<Failpoint> {
  const failpoint = await armFailpoint(services.database.url, place);
  failpoints.push(failpoint);
  return failpoint;
}

async function kill(relay: RelayProcess): Promise<void> {
  relay.kill("SIGKILL");
  expect(await relay.exited).toBe("SIGKILL");
}

function holds(relay: RelayProcess, groups = 8): Promise<unknown> {
  return eventually(async () => (await holders()).filter((holder) => holder === relay.instance).length === groups);
}

async function holders(): Promise<(string | null)[]> {
  const { rows } = await services.client.query<{ holder: string | null }>("SELECT holder FROM waybill.relay_cursor");
  return rows.map(({ holder }) => holder);
}

async function insertVersions(from: number, to: number): Promise<void> {
  const data = countedData(KEYS, to - from + 1);
  await insertEvents(
    services.client,
    event,
    data.map(({ key, version }) => ({ key, version: version + from - 1 })),
  );
}

function stored(versions: number): Promise<unknown> {
  return eventually(() => KEYS.every((key) => new Set(versionsOf(event, topic.records, key)).size === versions));
}

/** Whoever comes after the killed one publishes everything, each key in order; each version so many times in all. */
async function expectSuccessorPublishes(versions: number, times: number, next?: RelayProcess): Promise<void> {
  const successor = next ?? (await spawn());
  await holds(successor);
  await insertVersions(versions + 1, versions + 1);
  await stored(versions + 1);
  const expected = (version: number) => (version <= versions ? times : 1);
  for (const key of KEYS) {
    expect(firstVersionsOf(event, topic.records, key)).toEqual(upTo(versions + 1));
    const all = versionsOf(event, topic.records, key);
    expect(all.toSorted((a, b) => a - b)).toEqual(
      upTo(versions + 1).flatMap((version) => Array.from({ length: expected(version) }, () => version)),
    );
  }
}

it("between INSERT and COMMIT, the writer: the event never was", async () => {
  await prepare();
  const writer = await connect(services.database.url);
  await writer.query("BEGIN");
  await insertEvents(writer, event, countedData(KEYS, 5));
  const { rows } = await writer.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const relay = await spawn();
  await holds(relay);
  await services.client.query("SELECT pg_terminate_backend($1, 10000)", [rows[0]?.pid]);
  await expectSuccessorPublishes(0, 1, relay);
});

it("between COMMIT and the tick that sees it: the next tick does", async () => {
  await prepare();
  const asleep = await spawn({ pollIdleMs: 60_000, pollBusyMs: 30_000 });
  await holds(asleep);
  await eventually(
    async () =>
      (await services.client.query("SELECT FROM waybill.relay_cursor WHERE saved_at IS NOT NULL")).rowCount === 8,
  );
  await insertVersions(1, 3);
  await kill(asleep);
  expect(topic.records).toHaveLength(0);
  await expectSuccessorPublishes(3, 1);
});

it("between entering the list and the claim's commit: nobody waits for it", async () => {
  await prepare();
  await insertVersions(1, 3);
  const failpoint = await arm(CLAIM);
  const killed = launch();
  await failpoint.reached();
  const { rows } = await services.client.query<{ id: string }>("SELECT id FROM waybill.relay_instance");
  expect(rows).toHaveLength(1);
  await kill(killed);
  await failpoint.cut();
  expect(await holders()).toEqual(Array.from({ length: 8 }, () => null));
  await expectSuccessorPublishes(3, 1);
  const left = await services.client.query("SELECT FROM waybill.relay_instance WHERE id = $1", [rows[0]?.id]);
  expect(left.rowCount).toBe(1); // until it expires: the lock that it lacks tells that it is gone
});

it("between the claim's commit and the first read: another claims at the same cursor", async () => {
  await prepare();
  await insertVersions(1, 3);
  const failpoint = await arm(CLAIM);
  const killed = launch();
  await failpoint.reached();
  await kill(killed);
  await failpoint.release();
  await eventually(async () => !(await holders()).includes(null)); // the dead one's
  await expectSuccessorPublishes(3, 1);
});

it("between a poll's statement and its answer: a new, larger window", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  const readerIs = (condition: string) =>
    eventually(async () => {
      const { rowCount } = await services.client.query(
        `SELECT FROM pg_stat_activity WHERE application_name LIKE 'outbox-relay reader % ${killed.pid}' AND ${condition}`,
      );
      return rowCount === 1;
    });
  await readerIs("query LIKE 'SELECT pg_current_snapshot()%'"); // it has started whole, and idles
  killed.kill("SIGSTOP");
  await insertVersions(1, 3);
  const blocker = await connect(services.database.url);
  try {
    await blocker.query("BEGIN");
    await blocker.query("LOCK TABLE waybill.outbox IN ACCESS EXCLUSIVE MODE");
    killed.kill("SIGCONT");
    await readerIs("wait_event_type = 'Lock' AND query LIKE '%FROM waybill.outbox%'");
    await kill(killed);
  } finally {
    await blocker.end(); // and its transaction with it
  }
  await expectSuccessorPublishes(3, 1);
});

it("between the batch read and its first send: the same rows again", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  broker.proxy.cut();
  await insertVersions(1, 3);
  await eventually(() => killed.log.find(({ msg }) => msg.includes("the broker fails")));
  await kill(killed);
  broker.proxy.mend();
  await expectSuccessorPublishes(3, 1);
});

it("between the first send and the last acknowledgement: what was stored is repeated", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  broker.proxy.dropProduceReplies(Number.POSITIVE_INFINITY);
  await insertVersions(1, 3);
  await stored(3);
  await kill(killed);
  broker.proxy.dropProduceReplies(0);
  await expectSuccessorPublishes(3, 2);
});

it("between the last acknowledgement and the save: repeated", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  const failpoint = await arm(SAVE);
  await insertVersions(1, 3);
  await stored(3);
  await failpoint.reached();
  await kill(killed);
  await failpoint.cut();
  await expectSuccessorPublishes(3, 2);
});

it("after the save: nothing is repeated, though the client never heard of it", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  const failpoint = await arm(SAVE);
  await insertVersions(1, 3);
  await failpoint.reached();
  await kill(killed);
  await failpoint.release();
  await eventually(
    async () => (await services.client.query("SELECT FROM waybill.relay_cursor WHERE last_id > 0")).rowCount === 8,
  );
  await expectSuccessorPublishes(3, 1);
});

it("between a held batch's prefix acknowledged and its partial save: the prefix is repeated", async () => {
  await prepare();
  const unknown = createCountedEvent("unknown");
  await createTopic(broker.brokers, unknown.topic);
  const killed = await spawn();
  await holds(killed);
  const failpoint = await arm(SAVE);
  await services.client.query("BEGIN");
  await insertVersions(1, 3);
  await insertEvents(services.client, unknown, countedData(["a"], 1));
  await services.client.query("COMMIT");
  await stored(3);
  await failpoint.reached(); // it waits at the unknown one only when this is saved
  await kill(killed);
  await failpoint.cut();
  await services.register(unknown);
  await expectSuccessorPublishes(3, 2);
});

it("between saving what is above the fair share and its release: the other claims at the saved cursor", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  await insertVersions(1, 3);
  await stored(3);
  const failpoint = await arm(RELEASE);
  const other = await spawn();
  await failpoint.reached();
  await kill(killed);
  await failpoint.cut();
  await expectSuccessorPublishes(3, 1, other);
});

it("between a release and its notification: the others look by themselves", async () => {
  await prepare();
  const killed = await spawn();
  await holds(killed);
  const other = await spawn();
  await holds(killed, 4);
  await holds(other, 4);
  // As after a release whose notification went astray: nobody is told, and nobody's connection ends.
  killed.kill("SIGSTOP");
  await services.client.query("UPDATE waybill.relay_instance SET expires_at = '-infinity' WHERE id = $1", [
    killed.instance,
  ]);
  await services.client.query("UPDATE waybill.relay_cursor SET holder = NULL, lease_until = NULL WHERE holder = $1", [
    killed.instance,
  ]);
  await holds(other);
  await kill(killed);
  await expectSuccessorPublishes(0, 1, other);
});
