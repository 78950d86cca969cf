import { orderPlaced, orderPlacedV1 } from "@shop-events/orders/order.placed";
import { paymentFailed } from "@shop-events/payments/payment.failed";
import { paymentSucceeded } from "@shop-events/payments/payment.succeeded";
import { event, type PendingEvent, publishAll } from "@waybill/outbox";
import { randomUUID } from "node:crypto";
import type { Database, Transaction } from "../database.ts";
import { toEventAmount } from "../money.ts";
import type { ChargeResult, PaymentGateway } from "../providers/payment-gateway.ts";
import { OrderRefusal } from "./order-refusal.ts";
import type { OrderRequest } from "./order-request.ts";
import { type PricedOrder, priceOrder } from "./price-order.ts";

const CURRENCY = "EUR";

export interface PlaceOrderParts {
  readonly database: Database;
  readonly payments: PaymentGateway;
  /** Which generation of orders.order.placed to publish: 1 is what the release before this one published. Default 2. */
  readonly placedGeneration?: 1 | 2;
}

/** An order that is about to be written, with its payment taken or refused. */
export interface NewOrder extends PricedOrder {
  readonly id: string;
  readonly paymentId: string;
  readonly customerId: string;
  readonly charge: ChargeResult;
  readonly placedAt: Date;
}

/**
 * Takes an order: prices it, takes the payment, then writes the order, the payment and their events in one
 * transaction. Stock, shipping and everything else react to the events.
 *
 * A refused card does not refuse the order: payments.payment.failed cancels it, as it would after a later chargeback.
 *
 * The gateway is called before the transaction, so that no row stays locked meanwhile. A crash between the two leaves
 * a payment without an order; a real shop reconciles with the gateway by the idempotency key, the order's id.
 *
 * @throws OrderRefusal for an unknown customer or product
 */
export async function placeOrder(parts: PlaceOrderParts, request: OrderRequest): Promise<NewOrder> {
  const order = await takePayment(parts, request);
  await parts.database.$transaction(async (tx) => {
    await writeOrder(tx, order);
    // As soon as the order's row is ours: the database writes the events while the payment is on its way to it.
    await publishAll(tx, [placedEvent(order, parts.placedGeneration ?? 2), paymentEvent(order)]);
    await writePayment(tx, order);
  });
  return order;
}

/** Prices the order and takes its payment; writes nothing. @throws OrderRefusal */
export async function takePayment(
  { database, payments }: Pick<PlaceOrderParts, "database" | "payments">,
  request: OrderRequest,
): Promise<NewOrder> {
  const [customer, catalogue] = await Promise.all([
    database.customer.findUnique({ where: { id: request.customerId }, select: { id: true } }),
    database.product.findMany({ where: { id: { in: request.items.map(({ productId }) => productId) } } }),
  ]);
  if (customer === null) throw new OrderRefusal([`there is no customer ${request.customerId}`]);
  const priced = priceOrder(request.items, catalogue);
  const id = randomUUID();
  const charge = await payments.charge({ idempotencyKey: id, cardToken: request.cardToken });
  return { ...priced, id, paymentId: randomUUID(), customerId: customer.id, charge, placedAt: new Date() };
}

/** The rows of a new order and its lines. */
export async function writeOrder(tx: Transaction, { id, customerId, total, placedAt, lines }: NewOrder): Promise<void> {
  await tx.order.create({
    data: { id, customerId, total, currency: CURRENCY, placedAt, items: { createMany: { data: [...lines] } } },
  });
}

/** The row of its payment. */
export async function writePayment(tx: Transaction, { id, paymentId, charge, total }: NewOrder): Promise<void> {
  await tx.payment.create({
    data: {
      id: paymentId,
      orderId: id,
      status: charge.succeeded ? "SUCCEEDED" : "FAILED",
      amount: total,
      currency: CURRENCY,
      providerReference: charge.succeeded ? charge.reference : null,
    },
  });
}

export function placedEvent(order: NewOrder, generation: 1 | 2): PendingEvent {
  const { customerId, placedAt } = order;
  const common = { orderId: order.id, customerId, total: toEventAmount(order.total), currency: CURRENCY, placedAt };
  if (generation === 1) {
    const items = order.lines.flatMap(({ productId, quantity }) => Array<string>(quantity).fill(productId));
    return event(orderPlacedV1, { ...common, items });
  }
  const items = order.lines.map((line) => ({ ...line, unitPrice: toEventAmount(line.unitPrice) }));
  return event(orderPlaced, { ...common, items, shippingAddressId: null });
}

export function paymentEvent(order: NewOrder): PendingEvent {
  const { charge, customerId, paymentId } = order;
  const amount = toEventAmount(order.total);
  const common = { paymentId, orderId: order.id, customerId, amount, currency: CURRENCY };
  return charge.succeeded
    ? event(paymentSucceeded, { ...common, providerReference: charge.reference, succeededAt: order.placedAt })
    : event(paymentFailed, { ...common, reason: charge.reason, detail: null, failedAt: order.placedAt });
}
