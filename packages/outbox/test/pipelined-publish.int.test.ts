import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createTestPrisma, eventually, type ShopClient } from "@waybill/harness";
import { event, pipelinePublish, type PostgresClientClass, publish, publishAll } from "@waybill/outbox";
import pg from "pg";
import { createOutboxDatabase, orderPlacedOf, type OutboxDatabase, placed, withClient } from "./outbox-test.ts";
import { type RoundTripCounter, startRoundTripCounter } from "./round-trip-counter.ts";

/** What the test's database refuses, when the row is inserted. */
const REFUSED = "refused";
const REFUSAL = "pipelined_test";

const orderPlaced = orderPlacedOf("orders.order.PipelinedOrderPlaced");

let database: OutboxDatabase;
let prisma: ShopClient;
let counter: RoundTripCounter;

beforeAll(async () => {
  database = await createOutboxDatabase();
  await database.prisma.$executeRawUnsafe(
    `ALTER TABLE waybill.outbox ADD CONSTRAINT ${REFUSAL} CHECK (key <> '${REFUSED}')`,
  );
  counter = await startRoundTripCounter(database.url);
});
afterAll(async () => {
  await counter.stop();
  await database.drop();
});
beforeEach(async () => {
  await database.clear();
  // A process of its own, as far as what it knows goes; one connection.
  prisma = createTestPrisma(counter.url, { maxConnections: 1, Client: pipelinePublish(pg.Client) });
});
afterEach(() => prisma.$disconnect());

const keys = async () => (await database.stored()).map(({ key }) => key);
const publishOne = (key: string) => prisma.$transaction((tx) => publish(tx, orderPlaced, placed(key)));

/** From here on nothing is waited for: the first transaction tells the schema, and the commit of the second has seen it. */
async function learnSchema(): Promise<void> {
  await publishOne("the first");
  await publishOne("the second");
}

it("sends events and goes on: their answer is not waited for once a schema is known by a commit", async () => {
  await publishOne("the first tells the schema");
  await publishOne("the second finds it there");
  await prisma.$transaction(async (tx) => {
    const order = await tx.order.create({ data: { customerId: "ada", totalCents: 1250 } });
    const before = counter.count();
    await publishAll(tx, [event(orderPlaced, placed("a")), event(orderPlaced, placed("b"))]);
    await publish(tx, orderPlaced, placed(order.id));
    await eventually(() => counter.count() - before === 2); // sent, both of them, before the commit
  });
  expect((await keys()).slice(2, 4)).toEqual(["a", "b"]);
  expect(await database.stored()).toHaveLength(5);
  expect(await prisma.order.count()).toBe(1);
});

it("runs on while the server still works on the events", async () => {
  await learnSchema();
  await withClient(database.url, async (blocker) => {
    await blocker.query("BEGIN; LOCK TABLE waybill.outbox IN ACCESS EXCLUSIVE MODE");
    let isPublished = false;
    const transaction = prisma.$transaction(async (tx) => {
      await publish(tx, orderPlaced, placed("waits for the lock"));
      isPublished = true;
      await blocker.query("COMMIT"); // nobody else would end the wait
    });
    await transaction;
    expect(isPublished).toBe(true);
  });
  expect(await keys()).toContain("waits for the lock");
});

it("fails the commit with the database's error, and nothing of the transaction is there", async () => {
  await learnSchema();
  const transaction = prisma.$transaction(async (tx) => {
    await tx.order.create({ data: { customerId: "ada", totalCents: 1250 } });
    await publish(tx, orderPlaced, placed(REFUSED));
    await publish(tx, orderPlaced, placed("behind it"));
  });
  await expect(transaction).rejects.toThrow(REFUSAL);
  expect(await prisma.order.count()).toBe(0);
  expect(await keys()).toEqual(["the first", "the second"]);
  await publishOne("the connection is in order");
  expect(await keys()).toHaveLength(3);
});

it("fails the next statement with the same error", async () => {
  await learnSchema();
  let thrown: unknown;
  const transaction = prisma.$transaction(async (tx) => {
    await publish(tx, orderPlaced, placed(REFUSED));
    await tx.order.count().catch((error: unknown) => {
      thrown = error;
      throw error;
    });
  });
  await expect(transaction).rejects.toThrow(REFUSAL);
  expect(String(thrown)).toContain(REFUSAL);
});

it("is mended by going back to a savepoint, as any error is", async () => {
  await learnSchema();
  await prisma.$transaction(async (tx) => {
    await publish(tx, orderPlaced, placed("before"));
    const inner = tx.$transaction(async (nested) => {
      await publish(nested, orderPlaced, placed(REFUSED));
      await nested.order.count();
    });
    await expect(inner).rejects.toThrow(REFUSAL);
    await publish(tx, orderPlaced, placed("after"));
  });
  expect((await keys()).slice(2)).toEqual(["before", "after"]);
});

it("does not rely on a schema that a rollback took back", async () => {
  const rolledBack = prisma.$transaction(async (tx) => {
    await publish(tx, orderPlaced, placed("a"));
    throw new Error("no");
  });
  await expect(rolledBack).rejects.toThrow("no");
  await prisma.$transaction(async (tx) => {
    const undone = tx.$transaction(async (inner) => {
      await publish(inner, orderPlaced, placed("b"));
      throw new Error("no");
    });
    await expect(undone).rejects.toThrow("no");
  });
  await publishOne("c");
  expect(await keys()).toEqual(["c"]);
  expect(await schemas()).toBe(1);
});

it("refuses a transaction whose schema is gone from the database, and the next one brings it back", async () => {
  await learnSchema();
  await database.clear();
  await expect(publishOne("lost its schema")).rejects.toThrow("run the transaction again");
  expect(await keys()).toEqual([]);
  await publishOne("again");
  expect(await keys()).toEqual(["again"]);
  expect(await schemas()).toBe(1);
});

it("fails when the connection is lost before the commit, and writes nothing", async () => {
  await learnSchema();
  const transaction = prisma.$transaction(async (tx) => {
    await publish(tx, orderPlaced, placed("lost"));
    const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    await database.prisma.$queryRaw`SELECT pg_terminate_backend(${row?.pid}::integer, 5000)`;
    await publish(tx, orderPlaced, placed("lost too"));
  });
  await expect(transaction).rejects.toThrow();
  expect(await keys()).toEqual(["the first", "the second"]);
});

it("prepares its statements where Prisma's adapter names them", async () => {
  await prisma.$disconnect();
  prisma = createTestPrisma(counter.url, {
    maxConnections: 1,
    Client: pipelinePublish(pg.Client),
    statementName: (sql) => createHash("sha256").update(sql).digest("hex").slice(0, 63), // as long as names may be
  });
  for (const key of ["a", "b", "c", "d"]) await publishOne(key);
  expect(await keys()).toEqual(["a", "b", "c", "d"]);
});

it("is a client of pg like any other", async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, Client: pipelinePublish(pg.Client) });
  try {
    expect((await pool.query("SELECT $1::int AS n", [1])).rows).toEqual([{ n: 1 }]);
    expect((await pool.query({ text: "SELECT 2 AS n", rowMode: "array" })).rows).toEqual([[2]]);
    await expect(pool.query("SELECT nonsense")).rejects.toThrow("nonsense");
    const client = await pool.connect();
    const called = await new Promise<unknown>((resolve, reject) => {
      client.query("SELECT $1::text AS t", ["by callback"], (error: Error | null, result) =>
        error === null ? resolve(result.rows) : reject(error),
      );
    });
    expect(called).toEqual([{ t: "by callback" }]);
    const refused = await new Promise<unknown>((resolve) => client.query("SELECT 1/0", resolve));
    expect(String(refused)).toContain("division by zero");
    const submitted = await new Promise<pg.Result>((resolve) => {
      client.query(new pg.Query("SELECT 3 AS n", [])).on("end", resolve as () => void);
    });
    expect(submitted.rows).toEqual([{ n: 3 }]);
    client.release();
  } finally {
    await pool.end();
  }
});

it.each([
  {
    name: "a class that knows no pipelining",
    Client: class {
      query() {}
    },
  },
  { name: "no class", Client: undefined },
])("refuses $name", ({ Client }) => {
  expect(() => pipelinePublish(Client as unknown as PostgresClientClass)).toThrow(
    expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining("pg 8.23") }),
  );
});

async function schemas(): Promise<number> {
  const rows = await database.prisma.$queryRaw<unknown[]>`SELECT FROM waybill.schema`;
  return rows.length;
}
