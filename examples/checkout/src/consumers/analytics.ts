import { stockReleased } from "@shop-events/inventory/stock.released";
import { orderPlaced } from "@shop-events/orders/order.placed";
import { orderCancelled } from "@shop-events/orders/order.cancelled";
import { orderConfirmed } from "@shop-events/orders/order.confirmed";
import { orderDelivered } from "@shop-events/orders/order.delivered";
import { orderShipped } from "@shop-events/orders/order.shipped";
import { paymentRefunded } from "@shop-events/payments/payment.refunded";
import { userRegistered } from "@shop-events/users/user.registered";
import { Decimal, type Envelope } from "@waybill/events";
import type { Transaction } from "../database.ts";
import { toDatabaseAmount } from "../money.ts";
import { orderPlacedUpcasters } from "../orders/order-placed-upcasters.ts";
import type { Reaction } from "./reaction.ts";

const NO_AMOUNT = new Decimal(0n, 2);

/** Counts events by day, with the money that they speak of. */
export const analytics: Reaction = {
  groupId: "analytics",
  subscribe(consumer) {
    consumer
      .on(userRegistered, (event, { tx }) => count(tx, event, NO_AMOUNT))
      .on(orderPlaced, { upcast: orderPlacedUpcasters }, (event, { tx }) => count(tx, event, event.data.total))
      .on(orderConfirmed, (event, { tx }) => count(tx, event, event.data.total))
      .on(orderCancelled, (event, { tx }) => count(tx, event, NO_AMOUNT))
      .on(orderShipped, (event, { tx }) => count(tx, event, NO_AMOUNT))
      .on(orderDelivered, (event, { tx }) => count(tx, event, NO_AMOUNT))
      .on(stockReleased, (event, { tx }) => count(tx, event, NO_AMOUNT))
      .on(paymentRefunded, (event, { tx }) => count(tx, event, event.data.amount));
  },
};

async function count(tx: Transaction, { type, time }: Envelope, amount: Decimal): Promise<void> {
  const day = new Date(Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()));
  const added = toDatabaseAmount(amount);
  await tx.eventFigure.upsert({
    where: { day_eventType: { day, eventType: type } },
    create: { day, eventType: type, count: 1, amount: added },
    update: { count: { increment: 1 }, amount: { increment: added } },
  });
}
