/**
 * SIGKILL at each crash point of dead letters: a lock or a proxy stops the relay there first, so that the point is met for
 * certain.
 */
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type pg from "pg";
import {
  askForRedrive,
  createLimitedTopic,
  deadLetters,
  insertLarge,
  shrinkDeadLetters,
  waiting,
} from "./dead-letter-asks.ts";
import { connect } from "./outbox-database.ts";
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
import type { TopicReader } from "./topic-reader.ts";

let services: RelayServices;
let event: CountedEvent;
let topic: TopicReader;
let blockers: pg.Client[] = [];

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(async () => {
  await services.killProcesses();
  await Promise.all(blockers.map((blocker) => blocker.end()));
  blockers = [];
  await services.cleanUp();
});
afterAll(() => services.stop());

function spawn(): Promise<RelayProcess> {
  return services.spawn({ leaseMs: 60_000, idleCheckpointMs: 60_000 });
}

async function kill(relay: RelayProcess): Promise<void> {
  relay.kill("SIGKILL");
  expect(await relay.exited).toBe("SIGKILL");
}

/** A topic that "p" has a large event on, after one that is not, and before others; "b" has none. */
async function prepare(): Promise<void> {
  event = createCountedEvent("killed");
  await services.register(event);
  await createLimitedTopic(services.broker.brokers, event);
  topic = await services.topicOf(event);
  await services.client.query("BEGIN");
  await insertEvents(services.client, event, countedData(["p", "b"], 1));
  await insertLarge(services.client, event, { key: "p", version: 2 });
  await insertEvents(services.client, event, countedData(["p", "b"], 6).slice(3)); // "b" from 2, "p" from 3
  await services.client.query("COMMIT");
}

interface Barrier {
  /** Resolves when the relay's control connection waits here. */
  reached(): Promise<unknown>;
  /** Opens it. */
  open(): Promise<void>;
  /** Opens it for others than those who wait: a server runs a statement whose client is gone to its end. */
  openForOthers(): Promise<void>;
}

/** Keeps a lock that some statement of the relay waits for. */
async function lock(statement: string): Promise<Barrier> {
  const blocker = await connect(services.database.url);
  blockers.push(blocker);
  await blocker.query("BEGIN");
  await blocker.query(statement);
  const waiters = `FROM pg_stat_activity WHERE datname = current_database()
    AND application_name LIKE 'outbox-relay control%' AND wait_event_type = 'Lock'`;
  const open = async () => void (await blocker.query("ROLLBACK"));
  return {
    reached: () => eventually(async () => ((await services.client.query(`SELECT ${waiters}`)).rowCount ?? 0) > 0),
    open,
    async openForOthers() {
      await services.client.query(`SELECT pg_terminate_backend(pid) ${waiters}`);
      await eventually(async () => (await services.client.query(`SELECT ${waiters}`)).rowCount === 0);
      await open();
    },
  };
}

/** All of both keys came, the first time in order, but what waits. */
async function expectDelivered(versions: number): Promise<void> {
  await eventually(() => firstVersionsOf(event, topic.records, "p").length === versions);
  await eventually(() => firstVersionsOf(event, topic.records, "b").length === 6);
  expect(firstVersionsOf(event, topic.records, "p")).toEqual(upTo(versions));
  expect(firstVersionsOf(event, topic.records, "b")).toEqual(upTo(6));
}

it("before the rows are stored: they are refused again", async () => {
  await prepare();
  const storing = await lock("LOCK TABLE waybill.dead_letter IN SHARE ROW EXCLUSIVE MODE");
  const relay = await spawn();
  await storing.reached();
  await kill(relay);
  await storing.openForOthers();
  expect(await waiting(services.client)).toBe(0);
  await spawn();
  await eventually(async () => (await waiting(services.client)) === 5);
  await expectDelivered(1);
  expect((await deadLetters(services.client)).map(({ state }) => state)).toEqual([
    "parked",
    ...Array(4).fill("behind"),
  ]);
});

it("when they are stored and the cursor is not saved: they stay as they are, and nothing passes them", async () => {
  const relay = await spawn();
  await holdAll(relay);
  const saving = await lock("SELECT FROM waybill.relay_cursor FOR SHARE"); // parking shares it, a save must wait
  await prepare();
  await eventually(async () => (await waiting(services.client)) === 5);
  const before = await deadLetters(services.client);
  await saving.reached();
  await kill(relay);
  await saving.openForOthers();
  await spawn();
  await eventually(() => versionsOf(event, topic.records, "b").length === 12); // once more: nothing was saved
  await expectDelivered(1);
  expect(await deadLetters(services.client)).toEqual(before);
  await shrinkDeadLetters(services.client);
  await askForRedrive(services.client);
  await expectDelivered(6);
});

it("when the redriven are published and not deleted: they are published again, in order", async () => {
  await prepare();
  const relay = await spawn();
  await eventually(async () => (await waiting(services.client)) === 5);
  await shrinkDeadLetters(services.client);
  const deleting = await lock("SELECT FROM waybill.dead_letter FOR KEY SHARE"); // lets updates through
  await askForRedrive(services.client);
  await deleting.reached();
  await expectDelivered(6);
  await kill(relay);
  await deleting.openForOthers();
  expect(await waiting(services.client)).toBe(5);
  await insertEvents(services.client, event, [{ key: "p", version: 7 }]);
  await spawn();
  await eventually(async () => (await waiting(services.client)) === 0);
  await expectDelivered(7);
});

it("when they are published and deleted: nothing of it comes again", async () => {
  await prepare();
  const relay = await spawn();
  await eventually(async () => (await waiting(services.client)) === 5);
  await shrinkDeadLetters(services.client);
  await askForRedrive(services.client);
  await eventually(async () => (await waiting(services.client)) === 0);
  await kill(relay);
  await insertEvents(services.client, event, [{ key: "p", version: 7 }]);
  await spawn();
  await expectDelivered(7);
  expect(versionsOf(event, topic.records, "p")).toEqual(upTo(7));
});

it("while a key is held and two instances share the shards: the other respects the hold", async () => {
  await holdAll(...(await Promise.all([spawn(), spawn()])));
  await prepare();
  await eventually(async () => (await waiting(services.client)) === 5);
  const [offender] = await deadLetters(services.client);
  const { rows } = await services.client.query<{ holder: string }>(
    "SELECT holder FROM waybill.relay_cursor JOIN waybill.dead_letter ON shard_group = shard >> 3 WHERE outbox_id = $1",
    [offender?.outbox_id],
  );
  await kill(services.processes.find(({ instance }) => instance === rows[0]?.holder) as RelayProcess);
  await insertEvents(services.client, event, [{ key: "p", version: 7 }]);
  await eventually(async () => (await waiting(services.client)) === 6);
  await expectDelivered(1);
  await shrinkDeadLetters(services.client);
  await askForRedrive(services.client);
  await expectDelivered(7);
});

it("and one that is fenced while it parks stores nothing", async () => {
  await prepare();
  const storing = await lock("LOCK TABLE waybill.dead_letter IN SHARE ROW EXCLUSIVE MODE");
  const relay = await spawn();
  await storing.reached();
  await services.client.query("UPDATE waybill.relay_cursor SET epoch = epoch + 1, holder = gen_random_uuid()");
  await storing.open();
  await eventually(() => relay.log.find(({ code }) => code === "CURSOR_FENCED"));
  expect(await waiting(services.client)).toBe(0);
});

/** The relays that run hold all groups, each some, and have saved their first cursors. */
async function holdAll(...running: readonly RelayProcess[]): Promise<void> {
  const instances = running.map(({ instance }) => instance);
  await eventually(async () => {
    const { rows } = await services.client.query<{ holders: number; held: number }>(
      `SELECT count(DISTINCT holder)::int AS holders, count(holder)::int AS held
       FROM waybill.relay_cursor WHERE holder = ANY ($1) AND saved_at >= acquired_at`,
      [instances],
    );
    return rows[0]?.holders === instances.length && rows[0].held === 8;
  });
}
