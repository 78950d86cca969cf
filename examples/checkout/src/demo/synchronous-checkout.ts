import type { FastifyInstance } from "fastify";
import type { Database, Transaction } from "../database.ts";
import { type OrderRequest, orderRequestSchema } from "../orders/order-request.ts";
import { type NewOrder, takePayment, writeOrder, writePayment } from "../orders/place-order.ts";
import type { Providers } from "../providers/providers.ts";

/**
 * The checkout as it would be without events, for comparison: the request itself reserves the stock, books the
 * carrier, sends the confirmation, counts and gives points, with the same tables and the same simulated providers.
 * One e-mail where the reactions send three, no steps after the booking, and no compensation: it does less.
 */
export function addSynchronousCheckout(api: FastifyInstance, database: Database, providers: Providers): void {
  api.post<{ Body: OrderRequest }>(
    "/synchronous-orders",
    { schema: { body: orderRequestSchema } },
    async (request, reply) => {
      const order = await takePayment({ database, payments: providers.payments }, request.body);
      await database.$transaction(async (tx) => {
        await writeOrder(tx, order);
        await writePayment(tx, order);
        await reserveStock(tx, order);
      });
      const booking = await providers.carrier.book({ idempotencyKey: order.id });
      const { customerId } = order;
      await providers.emails.send({ idempotencyKey: order.id, customerId, template: "order-confirmed" });
      await database.$transaction((tx) => writeReactions(tx, order, booking));
      return reply.code(201).send({ id: order.id, status: "CONFIRMED", total: order.total.toFixed(2) });
    },
  );
}

async function reserveStock(tx: Transaction, { lines }: NewOrder): Promise<void> {
  const inOrder = [...lines].sort((a, b) => (a.productId < b.productId ? -1 : 1)); // no deadlocks
  for (const { productId, quantity } of inOrder) {
    await tx.product.update({ where: { id: productId }, data: { free: { decrement: quantity } } });
  }
}

async function writeReactions(
  tx: Transaction,
  order: NewOrder,
  booking: { readonly carrier: string; readonly trackingNumber: string },
): Promise<void> {
  const { id, customerId, total } = order;
  await tx.order.update({
    where: { id },
    data: { status: "CONFIRMED", payment: "SUCCEEDED", stock: "RESERVED" },
  });
  await tx.shipment.create({ data: { id: order.paymentId, orderId: id, status: "SCHEDULED", ...booking } });
  const points = Math.floor(total.toNumber());
  await tx.customer.update({ where: { id: customerId }, data: { loyaltyPoints: { increment: points } } });
  await tx.loyaltyEntry.create({ data: { eventId: id, customerId, points } });
  await tx.email.create({ data: { eventId: id, customerId, template: "order-confirmed" } });
}
