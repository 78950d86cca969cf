import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeEvent, parseFrame } from "@waybill/events";
import { eventually } from "@waybill/harness";
import { DeliveryChecker } from "./delivery-checker.ts";
import { spawnRelay } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressSchema, runStressWriters, stressedVersion, stressSchema } from "./stress-writers.ts";
import { type CountedEvent, createCountedEvent, insertSchema } from "./test-event.ts";

const SEED = 4_711;

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
  await createStressSchema(services.database.url);
});
afterAll(async () => {
  await services.cleanUp();
  await services.stop();
});

it("loses and inverts nothing from writers under stress to the topic, while relays are killed", async () => {
  const { topic: name } = createCountedEvent("stress");
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

  let isWriting = true;
  const writing = runStressWriters({
    url: services.database.url,
    writers: 8,
    transactions: 120,
    seed: SEED,
    topic: event.topic,
    schemaId: event.schemaId,
  }).finally(() => {
    isWriting = false;
  });
  let kills = 0;
  while (isWriting) {
    const relay = await spawnRelay(services.options({ batchSize: 20, retentionHours: 0 }));
    const target = topic.records.length + random() * 150;
    await eventually(() => topic.records.length > target || !isWriting);
    relay.kill("SIGKILL");
    await relay.exited;
    kills++;
  }
  await writing;
  expect(kills).toBeGreaterThan(1);

  await services.start();
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
  expect(await check().report(services.client)).toMatchObject({ committed, lost: 0, inverted: 0, phantom: 0 });
});
