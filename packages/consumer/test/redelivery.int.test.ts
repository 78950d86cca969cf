import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { ConsumerTest } from "./consumer-test.ts";
import type { KilledConsumerSettings } from "./killed-consumer.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

function startConsumer(topic: string, groupId: string) {
  const { placedV2 } = shopEvents(topic);
  const { consumer, recorder } = test.createConsumer({ groupId });
  consumer.on(placedV2, async (event, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id, amount: event.data.amount } });
  });
  return { consumer, recorder, started: consumer.start() };
}

it("handles an event once that Kafka holds twice", async () => {
  const topic = await test.createTopic();
  const { placedV2 } = shopEvents(topic);
  const groupId = `group-${randomUUID()}`;
  const { recorder, started } = startConsumer(topic, groupId);
  await started;
  const id = await test.produceEvent(placedV2, { orderId: "a", amount: 1, note: "" });
  await test.produceEvent(placedV2, { orderId: "a", amount: 1, note: "" }, { id });
  await recorder.until("duplicate");
  expect(await test.ledger(groupId)).toMatchObject([{ eventId: id }]);
});

it("handles nothing again after the group's offsets were lost", async () => {
  const topic = await test.createTopic();
  const { placedV2 } = shopEvents(topic);
  const groupId = `group-${randomUUID()}`;
  const first = startConsumer(topic, groupId);
  await first.started;
  for (const amount of [1, 2, 3]) await test.produceEvent(placedV2, { orderId: "a", amount, note: "" });
  await first.recorder.until("handled", 3);
  await first.consumer.stop();
  expect(await test.committedOffsets(groupId, topic)).toEqual([3]);
  await test.forgetOffsets(groupId);
  const second = startConsumer(topic, groupId);
  await second.started;
  await second.recorder.until("duplicate", 3);
  await second.recorder.untilTrue(() => second.recorder.all("committed").at(-1)?.offset === 3n);
  expect(second.recorder.all("handled")).toEqual([]);
  expect((await test.ledger(groupId)).map(({ amount }) => amount)).toEqual([1, 2, 3]);
});

it("handles an event for each group", async () => {
  const topic = await test.createTopic();
  const { placedV2 } = shopEvents(topic);
  const groups = [`group-${randomUUID()}`, `group-${randomUUID()}`];
  const consumers = groups.map((groupId) => startConsumer(topic, groupId));
  await Promise.all(consumers.map(({ started }) => started));
  await test.produceEvent(placedV2, { orderId: "a", amount: 1, note: "" });
  await Promise.all(consumers.map(({ recorder }) => recorder.until("handled")));
  for (const groupId of groups) expect(await test.ledger(groupId)).toHaveLength(1);
});

function spawnConsumer(settings: KilledConsumerSettings): ChildProcess {
  return spawn(
    process.execPath,
    ["--conditions=@waybill/source", join(import.meta.dirname, "killed-consumer.ts"), JSON.stringify(settings)],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
}

/** What the other process had done when it died, by where it was killed. */
const killPoints = [
  { kill: "in-handler", ledger: [], inbox: 0, letters: 0 },
  { kill: "after-commit", ledger: [1], inbox: 1, letters: 0 },
  { kill: "after-dead-letter", ledger: [], inbox: 0, letters: 1 },
] as const;

// All at once: each waits for the session of its dead member to end.
it("has effects once, wherever the process is killed", async () => {
  await Promise.all(killPoints.map(expectEffectsOnce));
});

async function expectEffectsOnce({ kill, ledger, inbox, letters }: (typeof killPoints)[number]): Promise<void> {
  const topic = await test.createTopic();
  const { placedV2 } = shopEvents(topic);
  const groupId = `group-${randomUUID()}`;
  for (const amount of [1, 2]) await test.produceEvent(placedV2, { orderId: "a", amount, note: "" });
  const child = spawnConsumer({
    kill,
    topic,
    groupId,
    brokers: test.broker.brokers,
    registryUrl: test.registry.url,
    databaseUrl: test.database.url,
  });
  const stderr = text(child.stderr as NonNullable<typeof child.stderr>);
  const [, signal] = await once(child, "exit");
  expect({ signal, stderr: await stderr }).toEqual({ signal: "SIGKILL", stderr: expect.any(String) });
  expect((await test.ledger(groupId)).map(({ amount }) => amount)).toEqual(ledger);
  expect(await test.inboxCount(groupId)).toBe(inbox);
  expect(await test.committedOffsets(groupId, topic)).toEqual([-1]);
  // The dead member keeps its partition until its session ends.
  const { recorder, started, consumer } = startConsumer(topic, groupId);
  await started;
  await recorder.untilTrue(() => recorder.all("committed").at(-1)?.offset === 2n);
  await consumer.stop();
  expect((await test.ledger(groupId)).map(({ amount }) => amount)).toEqual([1, 2]);
  expect(recorder.all("duplicate")).toHaveLength(inbox);
  expect(await test.topicLength(`${groupId}.dead-letters`)).toBe(letters);
}
