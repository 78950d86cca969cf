import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { currentContext, event, publish, publishAll, runInContext, waybillExtension } from "@waybill/outbox";
import { createOutboxDatabase, envelopeOf, orderPlaced, type OutboxDatabase, placed } from "./outbox-test.ts";

let database: OutboxDatabase;

beforeAll(async () => {
  database = await createOutboxDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.clear());

async function envelopes() {
  return (await database.stored()).map(envelopeOf);
}

const request = {
  correlationId: "request-1",
  causationId: "request-1",
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  source: "/api",
};

it("begins a chain with the event's own id when there is no context", async () => {
  await database.prisma.$transaction((tx) =>
    publishAll(tx, [event(orderPlaced, placed("a")), event(orderPlaced, placed("b"))]),
  );
  for (const { id, correlationId, causationId, traceparent } of await envelopes()) {
    expect({ correlationId, causationId, traceparent }).toEqual({
      correlationId: id,
      causationId: null,
      traceparent: null,
    });
  }
});

it("reaches every event of a transaction that runs under it", async () => {
  await runInContext(request, () =>
    database.prisma.$transaction(async (tx) => {
      await tx.order.create({ data: { customerId: "ada", totalCents: 1 } });
      await publish(tx, orderPlaced, placed("a"));
      await tx.$transaction((inner) => publish(inner, orderPlaced, placed("b")));
      await publishAll(tx, [event(orderPlaced, placed("c")), event(orderPlaced, placed("d"))]);
    }),
  );
  const all = await envelopes();
  expect(all).toHaveLength(4);
  for (const envelope of all) expect(envelope).toMatchObject(request);
});

it("reaches a transaction's context opened inside it, and leaves none behind", async () => {
  await database.prisma.$transaction(async (tx) => {
    await runInContext(request, () => publish(tx, orderPlaced, placed("inside")));
    expect(currentContext()).toEqual({});
    await publish(tx, orderPlaced, placed("outside"));
  });
  const [inside, outside] = await envelopes();
  expect(inside).toMatchObject(request);
  expect(outside?.correlationId).toBe(outside?.id);
});

it("reaches the extension's methods, through further extensions and their query hooks", async () => {
  const seen: unknown[] = [];
  const client = database.prisma.$extends(waybillExtension).$extends({
    query: {
      $allOperations({ args, query }) {
        seen.push(currentContext().correlationId);
        return query(args);
      },
    },
  });
  await runInContext(request, () =>
    client.$transaction(async (tx) => {
      await tx.order.count();
      await tx.$publish(orderPlaced, placed("a"));
      await tx.$publishAll([event(orderPlaced, placed("b"))]);
      await tx.$transaction((inner) => inner.$publish(orderPlaced, placed("c"), { key: "other" }));
    }),
  );
  expect(seen.length).toBeGreaterThanOrEqual(4);
  expect(new Set(seen)).toEqual(new Set(["request-1"]));
  expect(await envelopes()).toMatchObject([request, request, { ...request, subject: "other" }]);
});

it("keeps the contexts of concurrent transactions apart", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `chain-${index}`);
  await Promise.all(
    names.map((correlationId) =>
      runInContext({ correlationId }, () =>
        database.prisma.$transaction(
          async (tx) => {
            await publish(tx, orderPlaced, placed(correlationId));
            await publish(tx, orderPlaced, placed(correlationId));
          },
          { maxWait: 30_000, timeout: 30_000 },
        ),
      ),
    ),
  );
  const all = await envelopes();
  expect(all).toHaveLength(40);
  for (const { subject, correlationId } of all) expect(correlationId).toBe(subject);
});

it("lets the options of one event win", async () => {
  await runInContext(request, () =>
    database.prisma.$transaction((tx) =>
      publish(tx, orderPlaced, placed("a"), {
        correlationId: "own",
        causationId: null,
        traceparent: null,
        source: "/own",
      }),
    ),
  );
  expect(await envelopes()).toMatchObject([
    { correlationId: "own", causationId: null, traceparent: null, source: "/own" },
  ]);
});
