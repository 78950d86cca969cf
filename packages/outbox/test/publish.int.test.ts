import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { EncodeError, schemaIdOf } from "@waybill/events";
import { createTestPrisma } from "@waybill/harness";
import { createOutbox, event, OutboxError, publish, publishAll, type TransactionClient } from "@waybill/outbox";
import {
  createOutboxDatabase,
  envelopeOf,
  headersOf,
  type OrderPlaced,
  orderPlaced,
  type OutboxDatabase,
  placed,
} from "./outbox-test.ts";
import { startRoundTripCounter } from "./round-trip-counter.ts";

let database: OutboxDatabase;

beforeAll(async () => {
  database = await createOutboxDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.clear());

it("writes the order and its event when the transaction commits", async () => {
  const order = await database.prisma.$transaction(async (tx) => {
    const created = await tx.order.create({ data: { customerId: "ada", totalCents: 1250 } });
    await publish(tx, orderPlaced, placed(created.id));
    return created;
  });
  expect(await database.prisma.order.count()).toBe(1);
  const rows = await database.stored();
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ topic: "orders.order", key: order.id, schema_id: orderPlaced.schemaId });
  expect(orderPlaced.decode(rows[0]?.payload as Uint8Array)).toEqual(placed(order.id));
});

it("writes neither when the transaction rolls back", async () => {
  const failing = database.prisma.$transaction(async (tx) => {
    const created = await tx.order.create({ data: { customerId: "ada", totalCents: 1250 } });
    await publish(tx, orderPlaced, placed(created.id));
    await publishAll(tx, [event(orderPlaced, placed("b")), event(orderPlaced, placed("c"))]);
    throw new Error("payment refused");
  });
  await expect(failing).rejects.toThrow("payment refused");
  expect(await database.prisma.order.count()).toBe(0);
  expect(await database.stored()).toEqual([]);
});

it("loses with a savepoint what was published after it, and keeps the rest", async () => {
  await database.prisma.$transaction(async (tx) => {
    await publish(tx, orderPlaced, placed("before"));
    await tx.$transaction((inner) => publish(inner, orderPlaced, placed("kept savepoint")));
    const undone = tx.$transaction(async (inner) => {
      await publish(inner, orderPlaced, placed("undone"));
      throw new Error("undo");
    });
    await expect(undone).rejects.toThrow("undo");
    await publish(tx, orderPlaced, placed("after"));
  });
  expect((await database.stored()).map((row) => row.key)).toEqual(["before", "kept savepoint", "after"]);
});

it("throws the path of a wrong field in the transaction, which then writes nothing", async () => {
  const wrong = {
    ...placed("a"),
    lines: [
      { sku: "tea", quantity: 1 },
      { sku: "milk", quantity: 0.5 },
    ],
  };
  const publishing = database.prisma.$transaction(async (tx) => {
    await tx.order.create({ data: { customerId: "ada", totalCents: 1250 } });
    await publish(tx, orderPlaced, wrong);
  });
  const error = await publishing.catch((reason: unknown) => reason);
  expect(EncodeError.is(error) && error.issues).toMatchObject([{ path: "lines[1].quantity" }]);
  expect(await database.prisma.order.count()).toBe(0);
  expect(await database.stored()).toEqual([]);
});

it("writes none of several events when one of them is wrong, even if the caller goes on", async () => {
  await database.prisma.$transaction(async (tx) => {
    const events = [event(orderPlaced, placed("a")), event(orderPlaced, { orderId: "b" } as unknown as OrderPlaced)];
    await expect(publishAll(tx, events)).rejects.toThrow(/lines/);
    await tx.order.create({ data: { customerId: "ada", totalCents: 1 } });
  });
  expect(await database.prisma.order.count()).toBe(1);
  expect(await database.stored()).toEqual([]);
});

it.each([1, 10, 1000])("sends %i events in one round trip, and a schema's text in another one once", async (count) => {
  const counter = await startRoundTripCounter(database.url);
  const prisma = createTestPrisma(counter.url);
  try {
    const counts: number[] = [];
    await prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT 1`; // connected, and the transaction begun
      counts.push(counter.count());
      await publishAll(
        tx,
        Array.from({ length: count }, (_, i) => event(orderPlaced, placed(`order-${i}`))),
      );
      counts.push(counter.count());
      await publish(tx, orderPlaced, placed("of a schema that this transaction has written"));
      counts.push(counter.count());
      await publishAll(tx, []);
      counts.push(counter.count());
    });
    await prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT 1`;
      const begun = counter.count();
      await publish(tx, orderPlaced, placed("of a schema that another transaction has committed"));
      expect(counter.count()).toBe(begun + 1);
    });
    const [before = 0, ...after] = counts;
    expect(after).toEqual([before + 2, before + 3, before + 3]);
  } finally {
    await prisma.$disconnect();
    await counter.stop();
  }
  expect(await database.stored()).toHaveLength(count + 2);
});

it("publishes in the order of the calls and of the list", async () => {
  const keys = await database.prisma.$transaction(async (tx) => {
    const list = Array.from({ length: 500 }, (_, i) => `list-${(i * 7919) % 500}`);
    await publish(tx, orderPlaced, placed("first"));
    await publishAll(
      tx,
      list.map((key) => event(orderPlaced, placed(key))),
    );
    await publish(tx, orderPlaced, placed("last"));
    return ["first", ...list, "last"];
  });
  expect((await database.stored()).map((row) => row.key)).toEqual(keys);
});

it("gives back the ids, which sort as the events do", async () => {
  const ids = await database.prisma.$transaction(async (tx) => [
    await publish(tx, orderPlaced, placed("a")),
    ...(await publishAll(tx, [event(orderPlaced, placed("b")), event(orderPlaced, placed("c"))])),
  ]);
  const rows = await database.stored();
  expect(rows.map((row) => row.event_id)).toEqual(ids);
  expect(rows.map((row) => envelopeOf(row).id)).toEqual(ids);
  expect([...ids].sort()).toEqual(ids);
  expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id))).toBe(true);
});

it.each([1, 2])("keeps bytes, 64-bit numbers and any text exact (%i at once)", async (times) => {
  const keys = ["k\"{},\\'", "ключ-鍵-🗝", "NULL", "", " \t\n", "a".repeat(2000)];
  const total = 2n ** 63n - 1n;
  await database.prisma.$transaction(async (tx) => {
    for (const key of keys) {
      const pending = event(orderPlaced, placed(key, total), { headers: { "x-key": key, "x-empty": "" } });
      await publishAll(
        tx,
        Array.from({ length: times }, () => pending),
      );
    }
  });
  const rows = await database.stored();
  expect(rows).toHaveLength(keys.length * times);
  for (const [index, row] of rows.entries()) {
    const key = keys[Math.floor(index / times)] as string;
    expect(row.key).toBe(key);
    expect([...row.payload]).toEqual([...orderPlaced.encode(placed(key, total))]);
    expect(headersOf(row).get("x-key")).toBe(key);
    expect(headersOf(row).get("x-empty")).toBe("");
    expect(envelopeOf(row).subject).toBe(key);
  }
});

it.each([1, 2])("takes every option (%i at once)", async (times) => {
  const occurredAt = new Date("2020-02-03T04:05:06.789Z");
  const id = "0190163D-8694-739B-AEA5-966C26F8AD91";
  const options = {
    key: null,
    topic: "audit",
    id,
    occurredAt,
    headers: { "x-tenant": "shop-1" },
    correlationId: "c-1",
    causationId: "r-1",
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    source: "/checkout",
  };
  await database.prisma.$transaction((tx) =>
    publishAll(
      tx,
      Array.from({ length: times }, () => event(orderPlaced, placed("a"), options)),
    ),
  );
  const rows = await database.stored();
  expect(rows).toHaveLength(times);
  for (const row of rows) {
    expect(row).toMatchObject({ event_id: id.toLowerCase(), topic: "audit", key: null });
    expect(envelopeOf(row)).toEqual({
      id: id.toLowerCase(),
      type: "orders.order.placed",
      version: 1,
      source: "/checkout",
      time: occurredAt,
      subject: null,
      correlationId: "c-1",
      causationId: "r-1",
      traceparent: options.traceparent,
    });
    expect(headersOf(row).get("x-tenant")).toBe("shop-1");
  }
});

it("says the event's time in the headers, and keeps the row's own time by the database's clock", async () => {
  await database.prisma.$transaction((tx) => publish(tx, orderPlaced, placed("a"), { occurredAt: new Date(0) }));
  const rows = await database.prisma.$queryRaw`
    SELECT occurred_at BETWEEN clock_timestamp() - interval '1 minute' AND clock_timestamp() AS now FROM waybill.outbox`;
  expect(rows).toEqual([{ now: true }]);
});

it("takes its source from createOutbox", async () => {
  const outbox = createOutbox({ source: "/warehouse" });
  await database.prisma.$transaction((tx) => outbox.publish(tx, orderPlaced, placed("a")));
  await database.prisma.$transaction((tx) => publish(tx, orderPlaced, placed("b")));
  expect((await database.stored()).map((row) => envelopeOf(row).source)).toEqual(["/warehouse", "/"]);
});

it("refuses the root client, with an extension or without, and writes nothing", async () => {
  const extended = database.prisma.$extends(createOutbox().extension);
  for (const root of [database.prisma, extended]) {
    const publishing = publish(root as unknown as TransactionClient, orderPlaced, placed("a"));
    await expect(publishing).rejects.toMatchObject({ code: "NOT_IN_TRANSACTION" });
  }
  const onRoot = extended as unknown as { $publish(d: typeof orderPlaced, data: OrderPlaced): Promise<string> };
  const error = await onRoot.$publish(orderPlaced, placed("a")).catch((reason: unknown) => reason);
  expect(OutboxError.is(error) && error.message).toContain("it got the root client");
  expect(await database.stored()).toEqual([]);
});

it("refuses an event over the limit, naming it and its size, before it is sent", async () => {
  const outbox = createOutbox({ maxEventBytes: 1000 });
  await database.prisma.$transaction(async (tx) => {
    const publishing = outbox.publish(tx, orderPlaced, placed("x".repeat(900)));
    await expect(publishing).rejects.toThrow(/orders\.order\.placed version 1 has \d{4} bytes .* maxEventBytes, 1000/);
  });
  expect(await database.stored()).toEqual([]);
});

it("writes an event of almost the default limit", async () => {
  const sku = "é".repeat(440_000);
  await database.prisma.$transaction((tx) =>
    publish(tx, orderPlaced, { ...placed("big"), lines: [{ sku, quantity: 1 }] }),
  );
  const [row] = await database.stored();
  expect(orderPlaced.decode(row?.payload as Uint8Array).lines[0]?.sku).toBe(sku);
});

it("leaves a database error as it is, with the transaction's writes undone", async () => {
  const broken = { ...orderPlaced, schema: "broken \0 text" };
  const publishing = database.prisma.$transaction(async (tx) => {
    await tx.order.create({ data: { customerId: "ada", totalCents: 1 } });
    await publish(tx, broken, placed("a"));
  });
  await expect(publishing).rejects.toMatchObject({ code: "P2010" });
  expect(await database.prisma.order.count()).toBe(0);
});

it("writes each schema once, by the first event that uses it", async () => {
  for (let i = 0; i < 3; i++) {
    await database.prisma.$transaction(async (tx) => {
      await publish(tx, orderPlaced, placed("a"));
      await publishAll(tx, [event(orderPlaced, placed("b")), event(orderPlaced, placed("c"))]);
    });
  }
  const schemas = await database.prisma
    .$queryRaw`SELECT id, type, version, record_name, definition FROM waybill.schema`;
  expect(schemas).toEqual([
    {
      id: schemaIdOf(orderPlaced.schema),
      type: "orders.order.placed",
      version: 1,
      record_name: "orders.order.OrderPlaced",
      definition: orderPlaced.schema,
    },
  ]);
});
