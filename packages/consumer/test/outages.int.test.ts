import { randomUUID } from "node:crypto";
import net from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { Kafka, logLevel } from "kafkajs";
import { ConsumerTest, withDatabaseClient } from "./consumer-test.ts";
import { shopEvents } from "./shop-events.ts";

let test: ConsumerTest;
beforeAll(async () => {
  test = await ConsumerTest.start();
});
afterEach(() => test.stopConsumers());
afterAll(() => test.stop());

const order = { orderId: "order-1", amount: 5, note: "" };

it.each(["reset", "hang", "500", "404 page"] as const)("waits while the registry fails: %s", async (how) => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer({ registryTimeoutMs: 500, maxAttempts: 1 });
  consumer.on(placedV2, async () => {});
  await consumer.start();
  test.registry.fail(how);
  await test.produceEvent(placedV2, order);
  await recorder.until("waiting", 3);
  expect(recorder.all("waiting")).toMatchObject(
    Array(recorder.all("waiting").length).fill({ on: "registry", error: { code: "REGISTRY_UNREACHABLE" } }),
  );
  expect(await test.committedOffsets(groupId, placedV2.topic)).toEqual([-1]);
  test.registry.fail(null);
  await recorder.until("handled");
  expect(recorder.all("dead-lettered")).toEqual([]);
});

/** Lets nobody into the test's database, and throws out who is in. */
async function setDatabaseOpen(open: boolean): Promise<void> {
  const server = new URL(test.database.url);
  server.pathname = "/postgres";
  await withDatabaseClient(server.href, async (client) => {
    await client.query(`ALTER DATABASE ${test.database.name} WITH ALLOW_CONNECTIONS ${open}`);
    if (!open) {
      await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [
        test.database.name,
      ]);
    }
  });
}

it("waits while the database is away, without spending attempts, and finishes what it had cut off", async () => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer({ maxAttempts: 1 });
  consumer.on(placedV2, async ({ id, data }, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, amount: data.amount } });
    if (recorder.all("waiting").length === 0) await setDatabaseOpen(false);
  });
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await recorder.until("waiting", 3);
  expect(recorder.all("retrying")).toMatchObject([{ spent: false }]);
  expect(recorder.all("waiting").every(({ on }) => on === "database")).toBe(true);
  await setDatabaseOpen(true);
  await recorder.until("handled");
  expect(await test.ledger(groupId)).toHaveLength(1);
  expect(recorder.all("dead-lettered")).toEqual([]);
});

it("retries a write conflict without spending attempts", async () => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { consumer, recorder, groupId } = test.createConsumer({ maxAttempts: 1, isolationLevel: "RepeatableRead" });
  const { id: row } = await test.prisma.ledgerEntry.create({
    data: { account: groupId, eventId: "018f0000-0000-7000-8000-000000000000" },
  });
  let conflicts = 2;
  consumer.on(placedV2, async (_, { tx }) => {
    await tx.ledgerEntry.findUniqueOrThrow({ where: { id: row } });
    if (conflicts > 0) {
      conflicts -= 1;
      await test.prisma.ledgerEntry.update({ where: { id: row }, data: { amount: { increment: 1 } } });
    }
    await tx.ledgerEntry.update({ where: { id: row }, data: { amount: { increment: 100 } } });
  });
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await recorder.until("handled");
  expect(recorder.all("retrying").map(({ spent }) => spent)).toEqual([false, false]);
  expect(await test.ledger(groupId)).toMatchObject([{ amount: 102 }]);
});

/** A kafkajs client whose connections a test can cut and keep from coming back. */
function breakableKafka(brokers: string[]) {
  let down = false;
  const sockets = new Set<net.Socket>();
  const kafka = new Kafka({
    brokers,
    logLevel: logLevel.NOTHING,
    requestTimeout: 1_000,
    retry: { initialRetryTime: 20, maxRetryTime: 50, retries: 2 },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = down ? new net.Socket() : net.connect({ host, port }, onConnect);
      if (down) setImmediate(() => socket.destroy(new Error("connect ECONNREFUSED")));
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      return socket;
    },
  });
  return {
    kafka,
    cut: () => {
      down = true;
      for (const socket of sockets) socket.destroy(new Error("read ECONNRESET"));
    },
    mend: () => {
      down = false;
    },
  };
}

it("joins again when the broker is back, and handles each event once", async () => {
  const { placedV2 } = shopEvents(await test.createTopic(2));
  const { kafka, cut, mend } = breakableKafka(test.broker.brokers);
  const { consumer, recorder, groupId } = test.createConsumer({ kafka, sessionTimeoutMs: 6_000 });
  consumer.on(placedV2, async ({ id, data }, { tx }) => {
    await tx.ledgerEntry.create({ data: { account: groupId, eventId: id, amount: data.amount } });
  });
  await consumer.start();
  await test.produceEvent(placedV2, order);
  await recorder.until("handled");
  cut();
  await recorder.until("disconnected");
  await test.produceEvent(placedV2, { ...order, amount: 6 });
  mend();
  await recorder.until("handled", 2);
  await consumer.stop();
  expect((await test.ledger(groupId)).map(({ amount }) => amount)).toEqual([5, 6]);
});

it("stops in time while the broker is away, and leaves what it could not commit to the inbox", async () => {
  const { placedV2 } = shopEvents(await test.createTopic());
  const { kafka, cut } = breakableKafka(test.broker.brokers);
  const groupId = `group-${randomUUID()}`;
  const start = async (overrides: { readonly kafka?: Kafka; readonly onHandler?: () => void }) => {
    const { onHandler, ...settings } = overrides;
    const { consumer, recorder } = test.createConsumer({ groupId, sessionTimeoutMs: 6_000, ...settings });
    consumer.on(placedV2, async ({ id }, { tx }) => {
      await tx.ledgerEntry.create({ data: { account: groupId, eventId: id } });
      onHandler?.();
    });
    await consumer.start();
    return { consumer, recorder };
  };
  const first = await start({ kafka, onHandler: cut });
  await test.produceEvent(placedV2, order);
  await first.recorder.until("handled");
  await first.consumer.stop();
  expect(first.recorder.all("committed")).toEqual([]);
  const second = await start({});
  await second.recorder.until("duplicate");
  expect(await test.ledger(groupId)).toHaveLength(1);
});
