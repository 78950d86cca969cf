import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { createRelayNotifier, publish, RELAY_CHANNEL, waybillExtension } from "@waybill/outbox";
import pg from "pg";
import { createOutboxDatabase, orderPlaced, type OutboxDatabase, placed } from "./outbox-test.ts";
import { placeAndNotify } from "./readme-example.ts";

let database: OutboxDatabase;
let listener: pg.Client;
let notifications: pg.Notification[];

beforeAll(async () => {
  database = await createOutboxDatabase();
  listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  listener.on("notification", (notification) => notifications.push(notification));
  await listener.query(`LISTEN ${RELAY_CHANNEL}`);
  notifications = [];
});
afterEach(async () => {
  notifications.length = 0;
  await database.clear();
});
afterAll(async () => {
  await listener.end();
  await database.drop();
});

it("notifies by Prisma's root client, as the README does: the event is visible by then", async () => {
  await placeAndNotify(database.prisma)("order-1");
  await eventually(() => notifications.length > 0);
  expect(notifications).toMatchObject([{ channel: "waybill_outbox", payload: "" }]);
  expect(await database.stored()).toHaveLength(1);
});

it("notifies by an extended client and by a pool", async () => {
  createRelayNotifier(database.prisma.$extends(waybillExtension))();
  await eventually(() => notifications.length === 1);
  const pool = new pg.Pool({ connectionString: database.url });
  createRelayNotifier(pool)();
  await eventually(() => notifications.length === 2);
  await pool.end();
});

it("is no part of the transaction at hand: it goes out while that is open, by another connection", async () => {
  const notify = createRelayNotifier(database.prisma);
  await database.prisma.$transaction(async (tx) => {
    await publish(tx, orderPlaced, placed("order-2"));
    const [own] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
    notify();
    await eventually(() => notifications.length === 1);
    expect(notifications[0]?.processId).not.toBe(own?.pid);
  });
});

it("tells of a database that cannot be reached, and throws nothing", async () => {
  const errors: unknown[] = [];
  const pool = new pg.Pool({ connectionString: "postgresql://nobody@127.0.0.1:1/nowhere" });
  createRelayNotifier(pool, { onError: (error) => errors.push(error) })();
  await eventually(() => errors.length === 1);
  expect(errors[0]).toMatchObject({ code: "ECONNREFUSED" });
  await pool.end();
});
