// The code of the README: readme.int.test.ts runs it.
import { PrismaPg } from "@prisma/adapter-pg";
import { Decimal, describeEvent } from "@waybill/events";
import type { ShopClient } from "@waybill/harness";
import {
  createOutbox,
  createRelayNotifier,
  event,
  pipelinePublish,
  publish,
  publishAll,
  runInContext,
  waybillExtension,
} from "@waybill/outbox";
import pg from "pg";

export const orderPlaced = describeEvent<"orders.order.placed", 1, { orderId: string; total: Decimal }>({
  type: "orders.order.placed",
  version: 1,
  schema: JSON.stringify({
    type: "record",
    name: "orders.order.ReadmeOrderPlaced",
    fields: [
      { name: "orderId", type: "string", "waybill.key": true },
      { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 } },
    ],
  }),
});

export function placeOrder(prisma: ShopClient, customerId: string) {
  // #region publish
  return prisma.$transaction(async (tx) => {
    const order = await tx.order.create({ data: { customerId, totalCents: 1250 } });
    await publish(tx, orderPlaced, { orderId: order.id, total: Decimal.parse("12.50", 2) });
    return order;
  });
  // #endregion
}

export function placeTwo(prisma: ShopClient) {
  // #region publish-all
  return prisma.$transaction((tx) =>
    publishAll(tx, [
      event(orderPlaced, { orderId: "a", total: Decimal.parse("12.50", 2) }),
      event(orderPlaced, { orderId: "b", total: Decimal.parse("3.00", 2) }, { headers: { "x-tenant": "shop-1" } }),
    ]),
  );
  // #endregion
}

export async function placeByExtension(plainPrisma: ShopClient) {
  // #region extension
  const prisma = plainPrisma.$extends(waybillExtension);
  await prisma.$transaction(async (tx) => {
    await tx.$publish(orderPlaced, { orderId: "a", total: Decimal.parse("12.50", 2) });
  });
  // #endregion
}

export async function placeUnderRequest(prisma: ShopClient, request: { id: string; traceparent: string }) {
  // #region context
  await runInContext(
    { correlationId: request.id, causationId: request.id, traceparent: request.traceparent },
    () => placeOrder(prisma, "ada"), // and whatever else handles the request
  );
  // #endregion
}

export async function placeFromCheckout(prisma: ShopClient) {
  // #region create-outbox
  const outbox = createOutbox({ source: "/checkout", maxEventBytes: 500_000 });
  await prisma.$transaction((tx) =>
    outbox.publish(tx, orderPlaced, { orderId: "a", total: Decimal.parse("12.50", 2) }),
  );
  // #endregion
}

export async function addLoyaltyPoints(prisma: ShopClient, customerId: string, orderId: string) {
  // #region lock-key
  await prisma.$transaction(async (tx) => {
    await tx.ledgerEntry.create({ data: { account: customerId, eventId: orderId, amount: 10 } });
    await publish(tx, orderPlaced, { orderId, total: Decimal.parse("12.50", 2) }, { key: customerId, lockKey: true });
  });
  // #endregion
}

export function adapterWithoutWaiting(connectionString: string) {
  // #region pipeline
  const adapter = new PrismaPg({ connectionString, Client: pipelinePublish(pg.Client) });
  // #endregion
  return adapter;
}

export function placeAndNotify(prisma: ShopClient) {
  // #region notify
  const notifyRelay = createRelayNotifier(prisma); // once, at the start

  async function placeOrder(orderId: string) {
    await prisma.$transaction((tx) => publish(tx, orderPlaced, { orderId, total: Decimal.parse("12.50", 2) }));
    notifyRelay();
  }
  // #endregion
  return placeOrder;
}
