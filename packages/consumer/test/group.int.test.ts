import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { type ConsumerConfig, Kafka, logLevel } from "kafkajs";
import { ConsumerTest } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

const keys = Array.from({ length: 8 }, (_, key) => `order-${key}`);

/** The amounts in the ledger by key, in commit order. */
async function amountsByKey(account: string): Promise<Map<string, number[]>> {
  const byKey = new Map<string, number[]>();
  for (const { note, amount } of await test.ledger(account)) {
    byKey.set(note, [...(byKey.get(note) ?? []), amount]);
  }
  return byKey;
}

it("keeps the order of each key through failures while partitions run side by side", async () => {
  const { placedV2 } = shopEvents(await test.createTopic(4));
  const { consumer, recorder, groupId } = test.createConsumer({ concurrency: 3, maxQueuedRecords: 5 });
  let running = 0;
  let mostRunning = 0;
  consumer.on(placedV2, async ({ id, data }, { tx, attempt }) => {
    running += 1;
    mostRunning = Math.max(mostRunning, running);
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, amount: data.amount, note: data.orderId } });
    running -= 1;
    if (data.amount % 5 === 0 && attempt === 1) throw new Error("once more");
  });
  const amounts = Array.from({ length: 12 }, (_, amount) => amount);
  for (const amount of amounts) {
    await Promise.all(keys.map((orderId) => test.produceEvent(placedV2, { orderId, amount, note: "" })));
  }
  await consumer.start();
  await recorder.until("handled", keys.length * amounts.length);
  expect(await amountsByKey(groupId)).toEqual(new Map(keys.map((key) => [key, amounts])));
  expect(mostRunning).toBeGreaterThan(1);
  expect(mostRunning).toBeLessThanOrEqual(3);
});

it("lets no partition wait for another that is retrying", async () => {
  const { placedV2 } = shopEvents(await test.createTopic(4));
  const { consumer, recorder } = test.createConsumer({ maxAttempts: 100_000, concurrency: 1 });
  const blocked = "order-0";
  consumer.on(placedV2, async ({ data }) => {
    if (data.orderId === blocked) throw new Error("never");
  });
  await consumer.start();
  await test.produceEvent(placedV2, { orderId: blocked, amount: 0, note: "" });
  await recorder.until("retrying");
  for (const orderId of keys) await test.produceEvent(placedV2, { orderId, amount: 1, note: "" });
  await recorder.until("handled");
  const [{ record: stuck } = { record: null }] = recorder.all("retrying");
  expect(recorder.all("handled").every(({ record }) => record.partition !== stuck?.partition)).toBe(true);
});

it("shares partitions with a second member, takes them back, and handles each event once in order", async () => {
  const topic = await test.createTopic(4);
  const { placedV2 } = shopEvents(topic);
  const groupId = `group-${randomUUID()}`;
  const startMember = async () => {
    const { consumer, recorder } = test.createConsumer({ groupId });
    consumer.on(placedV2, async ({ id, data }, { tx }) => {
      await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, amount: data.amount, note: data.orderId } });
    });
    await consumer.start();
    return { consumer, recorder };
  };
  let amount = 0;
  let producing = true;
  const produced = (async () => {
    for (; producing; amount += 1) {
      await Promise.all(keys.map((orderId) => test.produceEvent(placedV2, { orderId, amount, note: "" })));
    }
  })();
  const first = await startMember();
  await first.recorder.until("handled", 20);
  const second = await startMember();
  await first.recorder.untilTrue(() => first.recorder.all("assigned").at(-1)?.partitions.length === 2);
  await second.recorder.until("handled", 20);
  await first.consumer.stop();
  await second.recorder.untilTrue(() => second.recorder.all("assigned").at(-1)?.partitions.length === 4);
  producing = false;
  await produced;
  const total = keys.length * amount;
  const handled = () => first.recorder.all("handled").length + second.recorder.all("handled").length;
  await second.recorder.untilTrue(() => handled() >= total);
  const amounts = Array.from({ length: amount }, (_, index) => index);
  expect(await amountsByKey(groupId)).toEqual(new Map(keys.map((key) => [key, amounts])));
  expect(await test.inboxCount(groupId)).toBe(total);
});

it("takes up partitions that are added to its topic", async () => {
  const topic = await test.createTopic(1);
  const { placedV2 } = shopEvents(topic);
  const kafka = new Kafka({ brokers: test.broker.brokers, logLevel: logLevel.NOTHING });
  const consumerOf = kafka.consumer.bind(kafka);
  kafka.consumer = (config) => consumerOf({ ...(config as ConsumerConfig), metadataMaxAge: 200 });
  const { consumer, recorder, groupId } = test.createConsumer({ kafka });
  consumer.on(placedV2, async ({ id, data }, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, amount: data.amount, note: data.orderId } });
  });
  await consumer.start();
  await test.produceEvent(placedV2, { orderId: "order-0", amount: 0, note: "" });
  await recorder.until("handled");
  await test.addPartitions(topic, 4);
  await recorder.untilTrue(() => recorder.all("assigned").at(-1)?.partitions.length === 4);
  for (const orderId of keys) await test.produceEvent(placedV2, { orderId, amount: 1, note: "" });
  await recorder.until("handled", keys.length + 1);
  expect(await amountsByKey(groupId)).toEqual(new Map(keys.map((key, index) => [key, index === 0 ? [0, 1] : [1]])));
});

it("finishes what is in flight when it stops, commits its offset, and takes nothing new", async () => {
  const topic = await test.createTopic();
  const { placedV2 } = shopEvents(topic);
  const { consumer, recorder, groupId } = test.createConsumer();
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  consumer.on(placedV2, async ({ id }, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id } });
    entered.resolve();
    await release.promise;
  });
  await consumer.start();
  const id = await test.produceEvent(placedV2, { orderId: "a", amount: 1, note: "" });
  await test.produceEvent(placedV2, { orderId: "a", amount: 2, note: "" });
  await entered.promise;
  const stopped = consumer.stop();
  release.resolve();
  await stopped;
  expect(await test.ledger(groupId)).toMatchObject([{ eventId: id }]);
  expect(await test.committedOffsets(groupId, topic)).toEqual([1]);
  expect(recorder.events.at(-1)?.kind).toBe("stopped");
  await consumer.stop();
});

it("rolls back what does not finish within the grace time, and leaves it to the next member", async () => {
  const topic = await test.createTopic();
  const { placedV2 } = shopEvents(topic);
  const groupId = `group-${randomUUID()}`;
  const slow = test.createConsumer({ groupId, stopGraceMs: 100 });
  const entered = Promise.withResolvers<AbortSignal>();
  slow.consumer.on(placedV2, async ({ id }, { tx, signal }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, note: "slow" } });
    entered.resolve(signal);
    await new Promise(() => {}); // never settles
  });
  await slow.consumer.start();
  await test.produceEvent(placedV2, { orderId: "a", amount: 1, note: "" });
  const signal = await entered.promise;
  await slow.consumer.stop();
  expect(signal.aborted).toBe(true);
  expect(slow.recorder.all("retrying")).toEqual([]);
  const next = test.createConsumer({ groupId });
  next.consumer.on(placedV2, async ({ id }, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, note: "next" } });
  });
  await next.consumer.start();
  await next.recorder.until("handled");
  expect(await test.ledger(groupId)).toMatchObject([{ note: "next" }]);
});
