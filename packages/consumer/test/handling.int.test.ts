import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { NonRetryableError, RetryLaterError } from "@waybill/consumer";
import { decodeRecordHeaders } from "@waybill/events";
import { publish } from "@waybill/outbox";
import { ConsumerTest } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

const order = { orderId: "order-1", amount: 5, note: "" };

interface OutboxRow {
  readonly event_id: string;
  readonly headers: Uint8Array;
}

function outboxOf(topic: string): PromiseLike<OutboxRow[]> {
  return test.prisma.$queryRaw<OutboxRow[]>`SELECT event_id, headers FROM waybill.outbox WHERE topic = ${topic}`;
}

function headersOf(row: OutboxRow | undefined): Record<string, string> {
  const pairs = row === undefined ? [] : decodeRecordHeaders(row.headers);
  return Object.fromEntries(pairs.map(([name, value]) => [name, new TextDecoder().decode(value)]));
}

it("commits the handler's writes, its events and the inbox row together, then the offset", async () => {
  const { placedV2, confirmed } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer();
  consumer.on(placedV2, async (event, { tx, attempt }) => {
    expect(attempt).toBe(1);
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id, amount: event.data.amount } });
    await publish(tx, confirmed, { orderId: event.data.orderId }, { source: "/test" });
  });
  await consumer.start();
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const correlationId = "correlation-1";
  const id = await test.produceEvent(placedV2, order, { correlationId, traceparent });
  await recorder.until("committed");
  expect(await test.ledger(groupId)).toMatchObject([{ eventId: id, amount: 5 }]);
  expect(await test.inboxCount(groupId)).toBe(1);
  expect(await test.committedOffsets(groupId, placedV2.topic)).toEqual([1]);
  const rows = await outboxOf(confirmed.topic);
  expect(rows).toHaveLength(1);
  expect(headersOf(rows[0])).toMatchObject({
    ce_type: "shop.order.confirmed",
    ce_correlationid: correlationId,
    ce_causationid: id,
  });
  const kinds = recorder.events.map(({ kind }) => kind);
  expect(kinds.indexOf("committed")).toBeGreaterThan(kinds.indexOf("handled"));
});

it("leaves nothing of a handler that throws, and retries until it succeeds", async () => {
  const { placedV2, confirmed } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer();
  const left: [ledger: number, inbox: number, outbox: number][] = [];
  consumer.on(placedV2, async (event, { tx, attempt }) => {
    left.push([
      (await test.ledger(groupId)).length,
      await test.inboxCount(groupId),
      (await outboxOf(confirmed.topic)).length,
    ]);
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id } });
    await publish(tx, confirmed, { orderId: event.data.orderId }, { source: "/test" });
    if (attempt < 3) throw new Error("not yet");
  });
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await recorder.until("committed");
  expect(left).toEqual([
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  expect(recorder.all("retrying")).toMatchObject([
    { attempt: 1, spent: true },
    { attempt: 2, spent: true },
  ]);
  expect(recorder.all("handled")).toMatchObject([{ attempt: 3 }]);
  expect(await test.ledger(groupId)).toHaveLength(1);
  expect(await outboxOf(confirmed.topic)).toHaveLength(1);
});

it("follows the handler's verdicts", async () => {
  const { placedV2, confirmed } = shopEvents(await test.createTopic());
  const { consumer, recorder } = test.createConsumer();
  consumer.on(placedV2, async (_, { attempt }) => {
    if (attempt === 1) throw new RetryLaterError("stock is being counted", { delayMs: 77 });
    throw new NonRetryableError("no such product");
  });
  consumer.on(confirmed, async () => {});
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await test.produceEvent(confirmed, { orderId: "order-1" });
  await recorder.until("handled");
  expect(recorder.all("retrying")).toMatchObject([{ delayMs: 77, spent: true }]);
  expect(recorder.all("dead-lettered")).toMatchObject([{ reason: "non-retryable", attempts: 2 }]);
  expect(recorder.all("handled")).toMatchObject([{ record: { type: "shop.order.confirmed" } }]);
});

it("skips types without a handler and moves on", async () => {
  const { placedV2, confirmed } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer();
  consumer.on(confirmed, async () => {});
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await test.produceEvent(confirmed, { orderId: "order-1" });
  await recorder.until("handled");
  await recorder.untilTrue(() => recorder.all("committed").at(-1)?.offset === 2n);
  expect(recorder.all("skipped")).toMatchObject([{ record: { offset: 0n, type: "shop.order.placed" } }]);
  expect(await test.inboxCount(groupId)).toBe(1);
});

it("rolls a handler back that does not finish in time, and tells it by its signal", async () => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer({ handlerTimeoutMs: 100 });
  let reason: unknown;
  consumer.on(placedV2, async (event, { tx, signal, attempt }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id } });
    if (attempt > 1) return;
    signal.addEventListener("abort", () => {
      reason = signal.reason;
    });
    await new Promise(() => {}); // never settles
  });
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await recorder.until("handled");
  expect(recorder.all("retrying")).toMatchObject([{ spent: true, error: { code: "HANDLER_TIMEOUT" } }]);
  expect(reason).toMatchObject({ code: "HANDLER_TIMEOUT" });
  expect(await test.ledger(groupId)).toHaveLength(1);
});

it("does not take a transaction for committed that the handler had broken and hidden", async () => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer();
  consumer.on(placedV2, async (event, { tx, attempt }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: event.id } });
    if (attempt === 1) await tx.$executeRaw`SELECT 1 / 0`.catch(() => "hidden");
  });
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await recorder.until("handled");
  expect(recorder.all("retrying")).toMatchObject([{ attempt: 1, error: { code: "TRANSACTION_ABORTED" } }]);
  expect(await test.ledger(groupId)).toHaveLength(1);
  expect(await test.inboxCount(groupId)).toBe(1);
});
