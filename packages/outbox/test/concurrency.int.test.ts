import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { eventually, type ShopTransaction } from "@waybill/harness";
import { event, publish, publishAll } from "@waybill/outbox";
import { createOutboxDatabase, orderPlaced, type OutboxDatabase, placed } from "./outbox-test.ts";

let database: OutboxDatabase;

beforeAll(async () => {
  database = await createOutboxDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.clear());

interface OpenTransaction {
  readonly tx: ShopTransaction;
  commit(): Promise<void>;
}

/** A transaction that stays open until it is told to commit. */
async function open(): Promise<OpenTransaction> {
  const opened = Promise.withResolvers<ShopTransaction>();
  const ended = Promise.withResolvers<void>();
  const done = database.prisma.$transaction(
    async (tx) => {
      opened.resolve(tx);
      await ended.promise;
    },
    { timeout: 30_000 },
  );
  done.catch(opened.reject);
  const tx = await opened.promise;
  return {
    tx,
    commit: async () => {
      ended.resolve();
      await done;
    },
  };
}

async function waitersForAdvisoryLocks(): Promise<number> {
  const [row] = await database.prisma.$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_locks
    WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
  return row?.waiting ?? -1;
}

it("never waits for an open transaction that used a schema first", async () => {
  const first = await open();
  await publish(first.tx, orderPlaced, placed("a"));
  await database.prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL lock_timeout = '2s'`; // a unique index would make this one wait, and fail here
    await publish(tx, orderPlaced, placed("b"));
    await publishAll(tx, [event(orderPlaced, placed("c")), event(orderPlaced, placed("d"))]);
  });
  expect((await database.stored()).map((row) => row.key)).toEqual(["b", "c", "d"]);
  await first.commit();
  const schemas = await database.prisma.$queryRaw`SELECT id, definition FROM waybill.schema`;
  const copy = { id: orderPlaced.schemaId, definition: orderPlaced.schema };
  expect(schemas).toEqual([copy, copy]); // two copies of one text: the price of not waiting
});

it.each([
  ["one event", 1],
  ["several events", 3],
])("lockKey orders two writers of one key that hold no row lock: %s", async (_, count) => {
  const locked = (name: string) =>
    Array.from({ length: count }, (_, i) => event(orderPlaced, placed(`${name}-${i}`), { key: "hot", lockKey: true }));
  const names = async () =>
    (await database.stored()).map((row) => orderPlaced.decode(row.payload).orderId.replace(/-\d$/, ""));
  const first = await open();
  const second = await open();
  await publishAll(first.tx, locked("first"));
  const waiting = publishAll(second.tx, locked("second"));
  await eventually(async () => (await waitersForAdvisoryLocks()) === 1);
  // The second has not drawn its ids yet: what the first still writes goes before it.
  await publishAll(first.tx, locked("first"));
  expect(await waitersForAdvisoryLocks()).toBe(1);
  await first.commit();
  await waiting;
  await second.commit();
  const repeat = (name: string, times: number) => Array.from({ length: times }, () => name);
  expect(await names()).toEqual([...repeat("first", 2 * count), ...repeat("second", count)]);
});

it("without lockKey, and on other keys, nobody waits", async () => {
  const first = await open();
  const second = await open();
  await publish(first.tx, orderPlaced, placed("a"), { lockKey: true });
  await second.tx.$executeRaw`SET LOCAL lock_timeout = '2s'`;
  await publish(second.tx, orderPlaced, placed("a"));
  await publish(second.tx, orderPlaced, placed("b"), { lockKey: true });
  await second.commit();
  await first.commit();
  expect(await database.stored()).toHaveLength(3);
});

it("takes the locks of one call in one order, so that two calls with the same keys cannot deadlock", async () => {
  const keys = Array.from({ length: 20 }, (_, index) => `k-${index}`);
  const round = (order: readonly string[]) =>
    database.prisma.$transaction((tx) =>
      publishAll(
        tx,
        order.map((key) => event(orderPlaced, placed(key), { lockKey: true })),
      ),
    );
  await Promise.all(Array.from({ length: 20 }, (_, index) => round(index % 2 === 0 ? keys : keys.toReversed())));
  expect(await database.stored()).toHaveLength(400);
});

it("keeps the order of commits per key for writers that hold the row lock", async () => {
  const order = await database.prisma.order.create({ data: { customerId: "ada", totalCents: 0 } });
  const add = () =>
    database.prisma.$transaction(
      async (tx) => {
        const { totalCents } = await tx.order.update({
          where: { id: order.id },
          data: { totalCents: { increment: 1 } },
        });
        await publish(tx, orderPlaced, placed(order.id, BigInt(totalCents)));
      },
      { maxWait: 30_000, timeout: 30_000 },
    );
  await Promise.all(Array.from({ length: 40 }, add));
  const totals = (await database.stored()).map((row) => orderPlaced.decode(row.payload).totalCents);
  expect(totals).toEqual(Array.from({ length: 40 }, (_, index) => BigInt(index + 1)));
});

it("needs no more than the right to insert, and to read the schemas", async () => {
  const role = `writer_${Math.random().toString(36).slice(2)}`;
  await database.prisma.$executeRawUnsafe(`CREATE ROLE ${role}`);
  try {
    await database.prisma.$executeRawUnsafe(`GRANT USAGE ON SCHEMA waybill TO ${role}`);
    await database.prisma.$executeRawUnsafe(`GRANT INSERT ON waybill.outbox TO ${role}`);
    await database.prisma.$executeRawUnsafe(`GRANT SELECT, INSERT ON waybill.schema TO ${role}`);
    await database.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`SET LOCAL ROLE ${role}`);
      await publish(tx, orderPlaced, placed("a"));
      await publishAll(tx, [event(orderPlaced, placed("b"), { lockKey: true }), event(orderPlaced, placed("c"))]);
    });
  } finally {
    await database.prisma.$executeRawUnsafe(`DROP OWNED BY ${role}`);
    await database.prisma.$executeRawUnsafe(`DROP ROLE ${role}`);
  }
  expect((await database.stored()).map((row) => row.key)).toEqual(["a", "b", "c"]);
});
