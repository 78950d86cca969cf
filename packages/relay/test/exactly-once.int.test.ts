import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { describeEvent, parseFrame } from "@waybill/events";
import { eventually } from "@waybill/harness";
import type { RelayOptions } from "../src/settings/settings.ts";
import { type DeliveryReport, DeliveryChecker } from "./delivery-checker.ts";
import type { RelayProcess } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressSchema, runStressWriters, stressedVersion, stressSchema } from "./stress-writers.ts";
import { type CountedEvent, createCountedEvent, insertSchema } from "./test-event.ts";
import type { TopicReader } from "./topic-reader.ts";

/** WAYBILL_SEED repeats a run, as far as the scheduler lets it. */
const SEED = Number(process.env["WAYBILL_SEED"] ?? Math.floor(Math.random() * 1_000_000));
const random = seededRandom(SEED);
/** So long that the database's cursors stay behind: only Kafka's can keep a successor from repeating. */
const NEVER_SAVED_MS = 60_000;
const LEASE_MS = 2_000;
const ENDS = 4;
/** A machine that is busy with other tests starts a process in ten seconds. */
const TEST_MS = 120_000;
/** Before the test's own limit, so that it says what it waited for. */
const LIMIT_MS = TEST_MS / 2;

let services: RelayServices;
let cursorTopic: string;
/** Ends the writers of the test at hand. */
let endWriting: () => Promise<unknown> = async () => {};

beforeAll(async () => {
  services = await startRelayServices();
  await createStressSchema(services.database.url);
  cursorTopic = `cursors-${randomUUID()}`;
});
afterEach(async () => {
  await endWriting();
  await services.cleanUp();
  await services.client.query("TRUNCATE stress.audit; UPDATE stress.aggregate SET version = 0");
});
afterAll(() => services.stop());

function spawn(changes: Partial<RelayOptions> = {}): Promise<RelayProcess> {
  return services.spawn({
    delivery: "exactly-once",
    cursorTopic,
    checkpointMs: NEVER_SAVED_MS,
    leaseMs: LEASE_MS,
    batchSize: 20,
    ...changes,
  });
}

/** What those that run say last, for when a test waits in vain. */
function relaysTell(): string {
  return services.processes.map(({ pid, log }) => `${pid}: ${JSON.stringify(log.slice(-5))}`).join("\n");
}

/** Until a relay goes on from Kafka's cursors in all groups. */
function takesOver(relay: RelayProcess): Promise<unknown> {
  const groups = () => relay.log.filter(({ msg }) => msg === "shard groups taken over at the broker");
  return eventually(() => groups().flatMap((line) => line["groups"] as number[]).length >= 8, LIMIT_MS, relaysTell);
}

interface Stage {
  readonly event: CountedEvent;
  /** Read as `read_committed` consumers do. */
  readonly topic: TopicReader;
  /** Resolves when so many more records, and up to as many again, have come: somewhere in the middle of a batch. */
  more(least: number): Promise<unknown>;
  /** Ends the writers. Resolves once everything that was committed is on the topic. */
  report(): Promise<DeliveryReport>;
}

/** With writers that write until the report is asked for. */
async function setStage(name: string): Promise<Stage> {
  const event: CountedEvent = describeEvent({
    type: "relay.test.stressed",
    version: 1,
    topic: createCountedEvent(`exactly-once-${name}`).topic,
    schema: stressSchema,
  });
  await insertSchema(services.client, event);
  await services.register(event);
  const topic = await services.topicOf(event);
  const check = () => {
    const checker = new DeliveryChecker();
    for (const { key, value } of topic.records) {
      checker.deliver(String(key), stressedVersion(parseFrame(value).payload));
    }
    return checker;
  };
  const ended = new AbortController();
  const writing = runStressWriters({
    url: services.database.url,
    writers: 6,
    transactions: Number.POSITIVE_INFINITY,
    until: ended.signal,
    pauseMs: 20,
    seed: SEED,
    topic: event.topic,
    schemaId: event.schemaId,
    keys: 60, // over all shard groups
  });
  endWriting = () => {
    ended.abort();
    return writing;
  };
  return {
    event,
    topic,
    more(least) {
      const target = topic.records.length + least * (1 + random());
      return eventually(() => topic.records.length > target, LIMIT_MS, relaysTell);
    },
    async report() {
      await endWriting();
      const { rows } = await services.client.query<{ committed: number }>(
        "SELECT count(*)::int AS committed FROM stress.audit",
      );
      const committed = rows[0]?.committed ?? 0;
      await eventually(
        () => check().delivered >= committed,
        LIMIT_MS,
        () => `${check().delivered} of ${committed} delivered; ${relaysTell()}`,
      );
      return check().report(services.client);
    },
  };
}

const ONCE = { lost: 0, inverted: 0, repeated: 0, phantom: 0 };

describe(`exactly-once (WAYBILL_SEED=${SEED})`, () => {
  it.each([
    { how: "killed", signal: "SIGKILL" },
    { how: "restarted in turn", signal: "SIGTERM" },
  ] as const)(
    "repeats nothing while two instances are $how at random instants",
    async ({ signal }) => {
      const stage = await setStage(signal.toLowerCase());
      let [older, newer] = [await spawn(), await spawn()];
      for (let end = 0; end < ENDS; end++) {
        await stage.more(60);
        older.kill(signal);
        await older.exited;
        [older, newer] = [newer, await spawn()];
      }
      expect(await stage.report()).toMatchObject(ONCE);
    },
    TEST_MS,
  );

  it(
    "repeats nothing when an instance is paused in the middle for longer than its lease and its transactions last",
    async () => {
      const stage = await setStage("paused");
      const transactionTimeoutMs = 1_000;
      const [paused, other] = [await spawn({ transactionTimeoutMs }), await spawn({ transactionTimeoutMs })];
      for (let pause = 0; pause < 2; pause++) {
        await stage.more(60);
        paused.kill("SIGSTOP");
        await eventually(async () => (await groupsOf(other)) === 8, LIMIT_MS);
        await stage.more(20);
        paused.kill("SIGCONT");
        await eventually(async () => (await groupsOf(paused)) === 4, LIMIT_MS);
      }
      expect(await stage.report()).toMatchObject(ONCE);
    },
    TEST_MS,
  );

  it(
    "is switched on and off in the middle of work: a clean stop repeats nothing, either way",
    async () => {
      const stage = await setStage("switched");
      const killed = await spawn();
      await stage.more(60);
      killed.kill("SIGKILL");
      await killed.exited;
      // Kafka's cursors are ahead of the database's: the first of these has to tell it, also of groups that it read nothing of.
      for (const delivery of ["exactly-once", "at-least-once", "exactly-once", "at-least-once"] as const) {
        const relay = await spawn({ delivery });
        if (delivery === "exactly-once") await takesOver(relay);
        await stage.more(1);
        relay.kill("SIGTERM");
        expect(await relay.exited).toBe(0);
      }
      await spawn({ delivery: "exactly-once" });
      expect(await stage.report()).toMatchObject(ONCE);
    },
    TEST_MS,
  );

  it(
    "would be found out: without the cursors in Kafka the same kills repeat events",
    async () => {
      const stage = await setStage("control");
      for (let end = 0; end < 2; end++) {
        // A topic of cursors of its own for each: what the one before it committed is not known to the next.
        const relay = await spawn({ cursorTopic: `cursors-${randomUUID()}` });
        await stage.more(60);
        relay.kill("SIGKILL");
        await relay.exited;
      }
      await spawn({ cursorTopic: `cursors-${randomUUID()}` });
      const report = await stage.report();
      expect(report).toMatchObject({ lost: 0, inverted: 0, phantom: 0 });
      expect(report.repeated).toBeGreaterThan(0);
    },
    TEST_MS,
  );
});

async function groupsOf(relay: RelayProcess): Promise<number> {
  const { rows } = await services.client.query<{ groups: number }>(
    "SELECT count(*)::int AS groups FROM waybill.relay_cursor WHERE holder = $1",
    [relay.instance],
  );
  return rows[0]?.groups ?? 0;
}
