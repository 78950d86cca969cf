import { orderCancelled } from "@shop-events/orders/order.cancelled";
import { paymentRefunded } from "@shop-events/payments/payment.refunded";
import { publish } from "@waybill/outbox";
import { randomUUID } from "node:crypto";
import type { Transaction } from "../database.ts";
import { toEventAmount } from "../money.ts";
import type { PaymentGateway } from "../providers/payment-gateway.ts";
import type { Reaction } from "./reaction.ts";

/** Pays cancelled orders back. */
export const refunds: Reaction = {
  groupId: "refunds",
  subscribe(consumer, { payments }) {
    consumer.on(orderCancelled, ({ data }, { tx }) => refund(tx, payments, data.orderId));
  },
};

/**
 * The gateway is outside the transaction: when the handler runs again after a crash, it is asked again, and the
 * idempotency key keeps it from paying twice.
 */
async function refund(tx: Transaction, gateway: PaymentGateway, orderId: string): Promise<void> {
  const payment = await tx.payment.findUniqueOrThrow({ where: { orderId } });
  if (payment.status !== "SUCCEEDED" || payment.providerReference === null) return;
  await gateway.refund({ idempotencyKey: payment.id, reference: payment.providerReference });
  await tx.payment.update({ where: { id: payment.id }, data: { status: "REFUNDED" } });
  const { customerId } = await tx.order.findUniqueOrThrow({ where: { id: orderId }, select: { customerId: true } });
  await publish(tx, paymentRefunded, {
    refundId: randomUUID(),
    paymentId: payment.id,
    orderId,
    customerId,
    amount: toEventAmount(payment.amount),
    currency: payment.currency,
    reason: "ORDER_CANCELLED",
    refundedAt: new Date(),
  });
}
