import { expect } from "@jest/globals";
import { setTimeout as delay } from "node:timers/promises";
import { describeEvent } from "@waybill/events";
import { eventually } from "@waybill/harness";
import { withClient } from "../outbox-database.ts";
import { registerSchema } from "../relay-services.ts";
import { publishStressed, stressSchema } from "../stress-writers.ts";
import { type CountedEvent, insertSchema } from "../test-event.ts";
import type { Fault } from "./fault.ts";
import { type FaultRun, POISON_KEY } from "./fault-run.ts";

/** From here on a run is the long form. */
const LONG_SECONDS = 10;

/** What applications do to the outbox. */
export const writersStrain: readonly Fault[] = [
  {
    name: "100 writers with rollbacks and deadlocks",
    writers: { writers: 100, keys: 100, courtsDeadlocks: true, pauseMs: 100 },
    async play(run) {
      await delay(run.seconds * 1_000);
      const wanted = ["rollbacks", "savepoints", "deadlocks", "preparedTransactions"] as const;
      await eventually(() => wanted.every((what) => run.counts[what] > 0));
      await run.stopWriters();
      expect(run.counts.lostConnections).toBe(0);
      run.noteStrike("nothing");
    },
  },
  {
    name: "a transaction that stays open, for a minute in the long form",
    async play(run) {
      const openSeconds = run.seconds < LONG_SECONDS ? run.seconds : Math.max(run.seconds, 60);
      await withClient(run.databaseUrl, async (client) => {
        await client.query("BEGIN");
        await client.query("INSERT INTO stress.aggregate VALUES ('open', 0)");
        await publishStressed(client, "open", run.event);
        const before = run.topic.records.length;
        await delay(openSeconds * 1_000);
        await run.progress();
        expect(run.topic.records.length).toBeGreaterThan(before); // it holds nobody up
        expect(run.topic.records.some(({ key }) => key === "open")).toBe(false);
        await publishStressed(client, "open", run.event);
        await client.query("COMMIT");
      });
      run.noteStrike("nothing");
    },
  },
  {
    name: "a poison event: too large for its topic, of a schema that the registry does not know",
    play: (run) =>
      run.strikeByEach([true, false], async (isTooLarge) => {
        await (isTooLarge ? publishTooLarge(run) : publishUnknownSchema(run));
        run.noteStrike(isTooLarge ? "reply" : "nothing");
      }),
  },
];

const INSERT_POISON = `
INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
VALUES (gen_random_uuid(), $1, $2, $3, $4, '\\x00')`;

async function publishTooLarge(run: FaultRun): Promise<void> {
  await run.configureTopic({});
  const parked = await countParked(run);
  await run.query(INSERT_POISON, [run.event.topic, POISON_KEY, run.event.schemaId, Buffer.alloc(100_000)]);
  await setAside(run, parked);
  await run.configureTopic({ "max.message.bytes": 1_000_000 });
}

async function publishUnknownSchema(run: FaultRun): Promise<void> {
  const name = `Poison${Math.floor(run.random() * 1e9)}`;
  const schema = stressSchema.replace('"Stressed"', `"${name}"`);
  const event: CountedEvent = describeEvent({
    type: "relay.test.poison",
    version: 1,
    topic: run.event.topic,
    schema,
  });
  await withClient(run.databaseUrl, (client) => insertSchema(client, event));
  const parked = await countParked(run);
  await run.query(INSERT_POISON, [run.event.topic, POISON_KEY, event.schemaId, Buffer.from([0])]);
  await setAside(run, parked);
  await registerSchema(run.rig.registry.url, event);
}

/**
 * Waits until a relay says that it cannot publish the event, and holds up what follows it; or has parked it: then events
 * of other keys go on coming.
 */
async function setAside(run: FaultRun, parkedBefore: number): Promise<void> {
  const become = await eventually(async () => {
    if ((await countParked(run)) > parkedBefore) return "parked";
    const answers = await Promise.all(run.crew.map((member) => member.readiness()));
    return answers.some((answer) => answer?.text.includes('"held"')) && "held";
  });
  if (become === "parked") await run.progress();
}

async function countParked(run: FaultRun): Promise<number> {
  const [table] = await run.query("SELECT WHERE to_regclass('waybill.dead_letter') IS NOT NULL");
  if (table === undefined) return 0;
  const [row] = await run.query<{ count: string }>("SELECT count(*) FROM waybill.dead_letter");
  return Number(row?.count);
}
