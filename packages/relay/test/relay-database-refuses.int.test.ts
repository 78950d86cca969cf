import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { readiness, type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, createCountedEvent, firstVersionsOf, insertEvents, upTo } from "./test-event.ts";

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(async () => {
  await services.client.query("DROP FUNCTION IF EXISTS waybill.refuse CASCADE");
  await services.cleanUp();
});
afterAll(() => services.stop());

const refuse = (event: string, table: string) => `
  CREATE FUNCTION waybill.refuse() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
  CREATE TRIGGER refuse BEFORE ${event} ON ${table} EXECUTE FUNCTION waybill.refuse()`;

it.each([
  { when: "every session fails as it begins", statement: refuse("INSERT", "waybill.relay_instance") },
  { when: "sessions publish and cannot save", statement: refuse("UPDATE OF last_id", "waybill.relay_cursor") },
])("when $when: tells it once with its remedy, waits longer each time, and tells the end", async ({ statement }) => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const relay = await services.start({ retryMaxMs: 1_000 });
  await insertEvents(services.client, event, countedData(["a"], 2));
  await eventually(() => topic.records.length === 2);
  await services.client.query(statement);
  await services.client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'outbox-relay%'",
  );

  const refusals = () =>
    services.log.filter(({ msg }) => msg.includes("No space left") && msg.includes("SQLSTATE 53100"));
  await eventually(() => refusals().length >= 6);
  expect((await readiness(relay)).status).toBe(503);
  const told = services.log.filter(({ level }) => level === "error");
  expect(told.length).toBeLessThanOrEqual(2); // the cut connection, and what the sessions after it met
  // Doubled from 100 ms, half of it random: the last pauses cannot be as short as the first.
  const times = refusals().map(({ time }) => Date.parse(String(time)));
  expect((times[5] as number) - (times[4] as number)).toBeGreaterThanOrEqual(400);

  await services.client.query("DROP FUNCTION waybill.refuse CASCADE");
  await insertEvents(services.client, event, [{ key: "a", version: 3 }]);
  const end = await eventually(() => services.log.find(({ msg }) => msg.startsWith("the database works again")));
  expect(end).toMatchObject({ level: "info" });
  await eventually(async () => (await readiness(relay)).status === 200);
  await eventually(() => firstVersionsOf(event, topic.records, "a").length === 3);
  expect(firstVersionsOf(event, topic.records, "a")).toEqual(upTo(3));
});

it("keeps its leases while someone locks the outbox, tells of it, and goes on when it is free", async () => {
  const leaseMs = 1_000;
  await services.client.query("SELECT waybill.set_slot_seconds(1)"); // looked at all the time
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  await services.start({ leaseMs });
  await insertEvents(services.client, event, countedData(["a"], 2));
  await eventually(() => topic.records.length === 2);

  await services.client.query("BEGIN");
  try {
    await services.client.query("LOCK TABLE waybill.outbox IN ACCESS EXCLUSIVE MODE");
    await eventually(() => services.log.find(({ msg }) => msg.includes("Something holds a lock on it")));
    await eventually(async () => {
      const { rows } = await services.client.query<{ renewed: boolean }>(
        "SELECT bool_and(lease_until > transaction_timestamp() + $1 * interval '1 millisecond') AS renewed FROM waybill.relay_cursor",
        [5 * leaseMs], // since the lock was taken
      );
      return rows[0]?.renewed === true;
    });
    await insertEvents(services.client, event, [{ key: "a", version: 3 }]);
  } finally {
    await services.client.query("COMMIT");
  }
  await eventually(() => topic.records.length >= 3);
  expect(firstVersionsOf(event, topic.records, "a")).toEqual(upTo(3));
  expect(services.log.filter(({ level }) => level === "error")).toEqual([]);
});

it("ends, saying what to run, when the schema waybill is not of its release", async () => {
  const relay = await services.start();
  await services.client.query("ALTER TABLE waybill.relay_instance RENAME COLUMN lock_key TO lock_key_of_old");
  try {
    await expect(relay.finished).rejects.toMatchObject({
      code: "MIGRATION_MISSING",
      message: expect.stringMatching(/"?lock_key"?.* \(SQLSTATE 42703\)\. Run `outbox-relay migrate`/),
    });
    expect(services.log.filter(({ level }) => level === "fatal")).toHaveLength(1);
  } finally {
    await services.client.query("ALTER TABLE waybill.relay_instance RENAME COLUMN lock_key_of_old TO lock_key");
  }
});
