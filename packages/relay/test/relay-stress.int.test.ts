import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { describeEvent, parseFrame } from "@waybill/events";
import { eventually } from "@waybill/harness";
import { DeliveryChecker } from "./delivery-checker.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressSchema, runStressWriters, stressedVersion, stressSchema } from "./stress-writers.ts";
import { type CountedEvent, createCountedEvent, insertSchema } from "./test-event.ts";

const SEED = 4_711;

let services: RelayServices;

beforeEach(async () => {
  services = await startRelayServices();
  await createStressSchema(services.database.url);
});
afterEach(async () => {
  await services.cleanUp();
  await services.stop();
});

it.each([
  { how: "killed", signal: "SIGKILL", topic: "killed" },
  { how: "restarted in turn", signal: "SIGTERM", topic: "restarted" },
] as const)(
  "loses and inverts nothing under stress while two instances are $how",
  async ({ signal, topic: suffix }) => {
    const { topic: name } = createCountedEvent(`stress-${suffix}`);
    const event: CountedEvent = describeEvent({
      type: "relay.test.stressed",
      version: 1,
      topic: name,
      schema: stressSchema,
    });
    await insertSchema(services.client, event);
    await services.register(event);
    const topic = await services.topicOf(event);
    const random = seededRandom(SEED);
    // The ring comes round every 8 s, and relays empty its slots as soon as they may.
    await services.client.query("SELECT waybill.set_slot_seconds(1)");

    const settings = { batchSize: 20, retentionHours: 0 };
    let [older, newer] = await Promise.all([services.spawn(settings), services.spawn(settings)]);
    let isWriting = true;
    const writing = runStressWriters({
      url: services.database.url,
      writers: 8,
      transactions: 160,
      seed: SEED,
      topic: event.topic,
      schemaId: event.schemaId,
    }).finally(() => {
      isWriting = false;
    });
    let ends = 0;
    while (isWriting) {
      const target = topic.records.length + random() * 150;
      await eventually(() => topic.records.length > target || !isWriting);
      older.kill(signal);
      const exit = await older.exited;
      expect(exit).toBe(signal === "SIGTERM" ? 0 : signal);
      ends++;
      [older, newer] = [newer, await services.spawn(settings)];
    }
    await writing;
    expect(ends).toBeGreaterThan(0);

    const { rows } = await services.client.query<{ committed: number }>(
      "SELECT count(*)::int AS committed FROM stress.audit",
    );
    const committed = (rows[0] as { committed: number }).committed;
    const check = () => {
      const checker = new DeliveryChecker();
      for (const { key, value } of topic.records)
        checker.deliver(String(key), stressedVersion(parseFrame(value).payload));
      return checker;
    };
    await eventually(() => check().delivered >= committed);
    const report = await check().report(services.client);
    expect(report).toMatchObject({ committed, lost: 0, inverted: 0, phantom: 0 });
    if (signal === "SIGTERM") expect(report.repeated).toBe(0);
    for (const relay of [older, newer]) relay.kill("SIGKILL");
    await Promise.all([older.exited, newer.exited]);
  },
);
