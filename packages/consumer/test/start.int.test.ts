import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { createTestDatabase, createTestPrisma } from "@waybill/harness";
import { ConsumerTest } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

type Overrides = Parameters<ConsumerTest["createConsumer"]>[0];

async function createHandlingConsumer(overrides: Overrides = {}) {
  const { placedV2 } = shopEvents(await test.createTopic());
  const created = test.createConsumer(overrides);
  created.consumer.on(placedV2, async () => {});
  return created;
}

it("names the registry that does not answer, without its password", async () => {
  const url = new URL(test.registry.url);
  url.username = "reader";
  url.password = "secret";
  test.registry.fail("500");
  const { consumer } = await createHandlingConsumer({ registryUrl: url.href });
  await expect(consumer.start()).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: `The schema registry at ${test.registry.url}/ did not answer for schema 1: HTTP 500. Check registryUrl, its credentials, and that the registry is up.`,
  });
  test.registry.fail(null);
  expect(test.registry.requests.at(-1)).toMatch(/^Basic cmVhZGVyOnNlY3JldA== /);
  await consumer.start(); // a failed start may be repeated
});

it("names the broker that does not answer", async () => {
  const { consumer } = await createHandlingConsumer({ brokers: ["127.0.0.1:1"] } as Overrides);
  await expect(consumer.start()).rejects.toMatchObject({
    code: "BROKER_UNREACHABLE",
    message: expect.stringMatching(
      /^Kafka at 127\.0\.0\.1:1 did not list its topics: .*ECONNREFUSED.*Check the addresses/,
    ),
  });
});

it("names the database that does not answer", async () => {
  const { consumer } = await createHandlingConsumer({
    prisma: createTestPrisma("postgresql://user:secret@127.0.0.1:1/shop"),
  });
  await expect(consumer.start()).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringMatching(/127\.0\.0\.1:1.*Check that it is up\.$/),
  });
});

it("asks for the migration that is missing", async () => {
  const database = await createTestDatabase();
  const prisma = createTestPrisma(database.url);
  const { consumer } = await createHandlingConsumer({ prisma });
  await expect(consumer.start()).rejects.toMatchObject({
    code: "MIGRATION_MISSING",
    message: expect.stringMatching(/no table waybill\.inbox: run "outbox-relay migrate"/),
  });
  await prisma.$disconnect();
  await database.drop();
});

it("names a topic that does not exist, or creates it when told to", async () => {
  const topic = `consumer-test.missing.${randomUUID()}`;
  const { placedV2 } = shopEvents(topic);
  const strict = test.createConsumer();
  strict.consumer.on(placedV2, async () => {});
  await expect(strict.consumer.start()).rejects.toMatchObject({
    code: "TOPIC_MISSING",
    message: expect.stringContaining(`has no topic ${topic}. Create it, or set createMissingTopics`),
  });
  const creating = test.createConsumer({ createMissingTopics: true });
  creating.consumer.on(placedV2, async () => {});
  await creating.consumer.start();
  await test.produceEvent(placedV2, { orderId: "a", amount: 1, note: "" });
  await creating.recorder.until("handled");
});

it("refuses what cannot work, before anything starts", async () => {
  const { placedV2, placedV3 } = shopEvents("t");
  const { consumer } = test.createConsumer();
  await expect(consumer.start()).rejects.toMatchObject({ code: "HANDLER_INVALID" });
  const upcast = {} as { readonly 2: () => { orderId: string; cents: number } };
  expect(() => consumer.on(placedV3, { upcast }, async () => {})).toThrow(
    expect.objectContaining({
      code: "HANDLER_INVALID",
      message: expect.stringContaining("shop.order.placed has no upcaster from version 2 to version 3"),
    }),
  );
  consumer.on(placedV2, async () => {});
  expect(() => consumer.on(placedV2, async () => {})).toThrow(/shop\.order\.placed has a handler already/);
  expect(() => test.createConsumer({ registryUrl: "localhost:8081" })).toThrow(
    expect.objectContaining({ code: "SETTINGS_INVALID" }),
  );
});

it("keeps its states: no handler after start, no second start, none after stop", async () => {
  const { consumer } = await createHandlingConsumer();
  const starting = consumer.start();
  await expect(consumer.start()).rejects.toMatchObject({ code: "STATE_INVALID" });
  expect(() => consumer.on(shopEvents("t").confirmed, async () => {})).toThrow(/register handlers before/);
  await starting;
  await Promise.all([consumer.stop(), consumer.stop()]);
  await expect(consumer.start()).rejects.toMatchObject({ code: "STATE_INVALID" });
  const unstarted = await createHandlingConsumer();
  await unstarted.consumer.stop();
});

it("can be stopped while it starts", async () => {
  const { consumer } = await createHandlingConsumer();
  const starting = expect(consumer.start()).rejects.toMatchObject({ code: "STATE_INVALID" });
  await consumer.stop();
  await starting;
});
