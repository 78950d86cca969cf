import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { ConsumerTest } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

it("reads an older and a newer version of the handler's generation", async () => {
  const { placedV1, placedV2 } = shopEvents(await test.createTopic());
  const old = test.createConsumer();
  const current = test.createConsumer();
  const seenByOld: unknown[] = [];
  const seenByCurrent: unknown[] = [];
  old.consumer.on(placedV1, async ({ version, data }) => void seenByOld.push({ version, ...data }));
  current.consumer.on(placedV2, async ({ version, data }) => void seenByCurrent.push({ version, ...data }));
  await Promise.all([old.consumer.start(), current.consumer.start()]);
  await test.produceEvent(placedV1, { orderId: "a", amount: 1 });
  await test.produceEvent(placedV2, { orderId: "a", amount: 2, note: "gift" });
  await Promise.all([old.recorder.until("handled", 2), current.recorder.until("handled", 2)]);
  expect(seenByOld).toEqual([
    { version: 1, orderId: "a", amount: 1 },
    { version: 2, orderId: "a", amount: 2 },
  ]);
  expect(seenByCurrent).toEqual([
    { version: 1, orderId: "a", amount: 1, note: "" },
    { version: 2, orderId: "a", amount: 2, note: "gift" },
  ]);
  const asked = test.registry.requests.filter((request) => !request.endsWith("/1"));
  expect(new Set(asked).size).toBe(1); // one schema beside the first, which start() asks for as well
  expect(asked).toHaveLength(2); // once for each consumer
});

it("brings any version of an earlier generation up to the handler's", async () => {
  const { placedV1, placedV2, placedV3 } = shopEvents(await test.createTopic());
  const { consumer, recorder } = test.createConsumer();
  const seen: unknown[] = [];
  consumer.on(
    placedV3,
    {
      upcast: {
        2: ({ orderId, amount, note }, { time }) => {
          expect(time).toBeInstanceOf(Date);
          expect(note).toBeDefined();
          return { orderId, cents: amount * 100 };
        },
      },
    },
    async ({ version, data }) => void seen.push({ version, ...data }),
  );
  await consumer.start();
  await test.produceEvent(placedV1, { orderId: "a", amount: 1 });
  await test.produceEvent(placedV2, { orderId: "a", amount: 2, note: "" });
  await test.produceEvent(placedV3, { orderId: "a", cents: 3 });
  await recorder.until("handled", 3);
  expect(seen).toEqual([
    { version: 1, orderId: "a", cents: 100 },
    { version: 2, orderId: "a", cents: 200 },
    { version: 3, orderId: "a", cents: 3 },
  ]);
});

it("dead-letters a generation that the handler does not know, and an upcaster's failure", async () => {
  const topic = await test.createTopic();
  const { placedV1, placedV2, placedV3 } = shopEvents(topic);
  const behind = test.createConsumer();
  behind.consumer.on(placedV2, async () => {});
  const broken = test.createConsumer();
  broken.consumer.on(
    placedV3,
    {
      upcast: {
        2: () => {
          throw new Error("amount is missing");
        },
      },
    },
    async () => {},
  );
  await Promise.all([behind.consumer.start(), broken.consumer.start()]);
  await test.produceEvent(placedV3, { orderId: "a", cents: 3 });
  await test.produceEvent(placedV1, { orderId: "a", amount: 1 });
  const [unknown] = await behind.recorder.until("dead-lettered");
  expect(unknown).toMatchObject({ reason: "unreadable", attempts: 0 });
  expect(String(unknown?.error)).toMatch(
    /written as the record shop\.order\.OrderPlacedV2 .*upgrade the events package/,
  );
  const [failed] = await broken.recorder.until("dead-lettered");
  expect(failed).toMatchObject({ reason: "upcast-failed", error: { code: "UPCAST_FAILED" } });
  expect(String(failed?.error)).toMatch(/from version 2 to version 3 threw Error: amount is missing/);
});
