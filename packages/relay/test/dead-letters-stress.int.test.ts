import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import {
  askForDiscard,
  askForRedrive,
  createLimitedTopic,
  deadLetters,
  insertLarge,
  shrinkDeadLetters,
  waiting,
} from "./dead-letter-asks.ts";
import { type CommittedEvent, DeliveryChecker } from "./delivery-checker.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { seededRandom } from "./seeded-random.ts";
import { createCountedEvent, insertEvents, versionsOf } from "./test-event.ts";

const SEED = Number(process.env["WAYBILL_SEED"] ?? 7);
const ROUNDS = 45;
const KEYS = ["a", "b", "c", "d", "e", "f"];

let services: RelayServices;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(() => services.cleanUp());
afterAll(() => services.stop());

it(`loses and inverts nothing while events are parked, redriven and discarded, and sessions die (seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  const event = createCountedEvent("stress");
  await services.register(event);
  await createLimitedTopic(services.broker.brokers, event);
  const topic = await services.topicOf(event);
  const { client, log } = services;
  const versions = new Map<string, number>();
  const committed: CommittedEvent[] = [];
  const next = () => {
    const key = KEYS[Math.floor(random() * KEYS.length)] as string;
    const version = (versions.get(key) ?? 0) + 1;
    versions.set(key, version);
    committed.push({ key, version });
    return { key, version };
  };
  for (const batchSize of [5, 20]) await services.start({ batchSize });
  for (let round = 0; round < ROUNDS; round++) {
    await insertEvents(client, event, Array.from({ length: Math.floor(random() * 30) }, next));
    if (random() < 0.3) await insertLarge(client, event, next());
    if (random() < 0.3) await insertEvents(client, event, Array.from({ length: Math.floor(random() * 30) }, next));
    const asks = random();
    if (asks < 0.2) {
      await shrinkDeadLetters(client);
      await askForRedrive(client, "state = 'parked'");
    } else if (asks < 0.36) {
      await askForRedrive(client); // what was not shrunk is refused again
    }
    if (random() < 0.15) {
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name LIKE 'outbox-relay%' AND random() < 0.5`,
      );
    }
    await eventually(async () => topic.records.length + (await waiting(client)) >= committed.length / 2);
  }
  const parked = (await deadLetters(client)).find(({ state }) => state === "parked");
  const discarded = parked === undefined ? "false" : `outbox_id = ${parked.outbox_id}`;
  await askForDiscard(client, discarded);
  const check = () => {
    const checker = new DeliveryChecker();
    for (const key of KEYS) for (const version of versionsOf(event, topic.records, key)) checker.deliver(key, version);
    return checker.compare(committed);
  };
  // The last events may be read, and parked, only now: what waits is redriven for as long as something is missing.
  await eventually(
    async () => {
      await shrinkDeadLetters(client);
      await askForRedrive(client, "discard_requested_at IS NULL AND redrive_requested_at IS NULL");
      const { rowCount: givenUp } = await client.query("SELECT FROM waybill.discarded_event");
      return (await waiting(client)) === 0 && check().lost <= (givenUp ?? 0);
    },
    60_000,
    async () => JSON.stringify({ ...check(), deadLetters: await deadLetters(client), log: log.slice(-20) }),
  );
  expect(check()).toMatchObject({ committed: committed.length, inverted: 0, phantom: 0 });
});
