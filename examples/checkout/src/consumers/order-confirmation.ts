import { stockRejected } from "@shop-events/inventory/stock.rejected";
import { stockReserved } from "@shop-events/inventory/stock.reserved";
import { orderCancelled } from "@shop-events/orders/order.cancelled";
import { orderConfirmed } from "@shop-events/orders/order.confirmed";
import { paymentFailed } from "@shop-events/payments/payment.failed";
import { paymentSucceeded } from "@shop-events/payments/payment.succeeded";
import { publish } from "@waybill/outbox";
import type { Transaction } from "../database.ts";
import type { Order } from "../generated/client.ts";
import { toEventAmount } from "../money.ts";
import { decideOrder } from "../orders/order-verdict.ts";
import type { Reaction } from "./reaction.ts";

/** Joins what payments and inventory say of an order: confirms it when both are good, cancels it when one is not. */
export const orderConfirmation: Reaction = {
  groupId: "order-confirmation",
  subscribe(consumer) {
    consumer
      .on(paymentSucceeded, ({ data }, { tx }) => learn(tx, data.orderId, { payment: "SUCCEEDED" }))
      .on(paymentFailed, ({ data }, { tx }) => learn(tx, data.orderId, { payment: "FAILED" }))
      .on(stockReserved, ({ data }, { tx }) => learn(tx, data.orderId, { stock: "RESERVED" }))
      .on(stockRejected, ({ data }, { tx }) => learn(tx, data.orderId, { stock: "REJECTED" }));
  },
};

type Outcome = Partial<Pick<Order, "payment" | "stock">>;

/**
 * Writes down one outcome and, when that settles the order, its verdict.
 *
 * The two outcomes come from two topics and may be handled at the same moment. The UPDATE locks the order's row, so the
 * second of them sees what the first wrote, and the order's events stand in the outbox in the order of its states.
 */
export async function learn(tx: Transaction, orderId: string, outcome: Outcome): Promise<void> {
  const order = await tx.order.update({ where: { id: orderId }, data: outcome });
  if (order.status !== "PLACED") return; // cancelled already: the other outcome comes too late to matter
  const verdict = decideOrder(order.payment, order.stock);
  if (verdict.status === "CONFIRMED") await confirm(tx, order);
  if (verdict.status === "CANCELLED") await cancel(tx, order, verdict.reason);
}

async function confirm(tx: Transaction, order: Order): Promise<void> {
  await tx.order.update({ where: { id: order.id }, data: { status: "CONFIRMED" } });
  const payment = await tx.payment.findUniqueOrThrow({ where: { orderId: order.id }, select: { id: true } });
  await publish(tx, orderConfirmed, {
    orderId: order.id,
    customerId: order.customerId,
    paymentId: payment.id,
    total: toEventAmount(order.total),
    currency: order.currency,
    shippingAddressId: null,
    confirmedAt: new Date(),
  });
}

async function cancel(tx: Transaction, order: Order, reason: "PAYMENT_FAILED" | "OUT_OF_STOCK"): Promise<void> {
  await tx.order.update({ where: { id: order.id }, data: { status: "CANCELLED", cancellationReason: reason } });
  await publish(tx, orderCancelled, {
    orderId: order.id,
    customerId: order.customerId,
    reason,
    detail: null,
    cancelledAt: new Date(),
  });
}
