import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createConsumer, NonRetryableError, pruneInbox } from "@waybill/consumer";
import { eventually } from "@waybill/harness";
import { publish } from "@waybill/outbox";
import { retryableByCode } from "../src/errors.ts";
import { resolveSettings } from "../src/settings.ts";
import type { Upcasters } from "@waybill/events";
import { ConsumerTest } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
let readme: string;
beforeAll(async () => {
  test = await ConsumerTest.start();
  readme = await readFile(join(import.meta.dirname, "../README.md"), "utf8");
});
afterAll(() => test.stop());

it("runs the examples", async () => {
  const topic = await test.createTopic();
  const { placedV2: orderPlaced, confirmed: orderConfirmed } = shopEvents(topic);
  const { prisma, broker, registry } = test;
  const KAFKA_BROKERS = broker.brokers.join(",");
  const SCHEMA_REGISTRY_URL = registry.url;
  const orderId = randomUUID();
  await prisma.order.create({ data: { id: orderId, customerId: "c", totalCents: 500 } });
  // #region example
  const consumer = createConsumer({
    groupId: "confirmations",
    brokers: KAFKA_BROKERS.split(","),
    registryUrl: SCHEMA_REGISTRY_URL,
    prisma, // your Prisma client
  });

  consumer.on(orderPlaced, async (event, { tx }) => {
    const { orderId, amount } = event.data;
    if (amount <= 0) throw new NonRetryableError("an order of nothing"); // a dead letter, at once
    await tx.order.update({ where: { id: orderId }, data: { status: "confirmed" } });
    await publish(tx, orderConfirmed, { orderId }); // commits with the order, or not at all
  });

  await consumer.start();
  process.once("SIGTERM", () => void consumer.stop());
  // #endregion
  await test.produceEvent(orderPlaced, { orderId, amount: 5, note: "" });
  await eventually(() => prisma.order.findFirst({ where: { id: orderId, status: "confirmed" } }));
  await consumer.stop();
});

it("runs the example of an upcaster", async () => {
  const { placedV2, placedV3: orderPlaced } = shopEvents(await test.createTopic());
  const { consumer, recorder } = test.createConsumer();
  const seen: number[] = [];
  // #region upcast
  const orderPlacedUpcasters = {
    2: ({ orderId, amount }) => ({ orderId, cents: amount * 100 }), // from version 2 to 3: amounts became cents
  } satisfies Upcasters<typeof orderPlaced>;

  consumer.on(orderPlaced, { upcast: orderPlacedUpcasters }, async ({ data }) => void seen.push(data.cents));
  // #endregion
  await consumer.start();
  await test.produceEvent(placedV2, { orderId: "a", amount: 5, note: "" });
  await recorder.until("handled");
  expect(seen).toEqual([500]);
  await consumer.stop();
});

it("runs the example of pruning", async () => {
  const { prisma } = test;
  // #region prune
  const deleted = await pruneInbox(prisma, { olderThanMs: 30 * 24 * 3_600_000 });
  // #endregion
  expect(deleted).toBe(0);
});

it("has a row for each setting with its default, and for each error", () => {
  const settings = resolveSettings({ groupId: "g", brokers: ["b:1"], registryUrl: "http://r" });
  const perGroup = [
    "groupId",
    "registryUrl",
    "kafka",
    "clientId",
    "deadLetterTopic",
    "isolationLevel",
    "onEvent",
    "logger",
  ];
  for (const [name, value] of Object.entries(settings)) {
    if (!perGroup.includes(name)) expect(readme).toContain(`| \`${name}\` | ${String(value)} |`);
    else expect(readme).toContain(`\`${name === "kafka" ? "brokers" : name}\``);
  }
  for (const code of Object.keys(retryableByCode)) expect(readme).toMatch(new RegExp(`^\\| \`${code}\` \\| `, "m"));
});
