import { orderConfirmed } from "@shop-events/orders/order.confirmed";
import { userRegistered } from "@shop-events/users/user.registered";
import type { Decimal } from "@waybill/events";
import type { Transaction } from "../database.ts";
import type { Reaction } from "./reaction.ts";

/** Points for opening an account. */
export const WELCOME_POINTS = 50;

/** Gives points: a few for a new account, and one for each whole euro of a confirmed order. */
export const loyalty: Reaction = {
  groupId: "loyalty",
  subscribe(consumer) {
    consumer
      .on(userRegistered, ({ id, data }, { tx }) => give(tx, id, data.userId, WELCOME_POINTS))
      .on(orderConfirmed, ({ id, data }, { tx }) => give(tx, id, data.customerId, pointsFor(data.total)));
  },
};

/** One point for each whole euro. */
export function pointsFor(total: Decimal): number {
  return Number(total.unscaled / 10n ** BigInt(total.scale));
}

async function give(tx: Transaction, eventId: string, customerId: string, points: number): Promise<void> {
  await tx.loyaltyEntry.create({ data: { eventId, customerId, points } });
  await tx.customer.update({ where: { id: customerId }, data: { loyaltyPoints: { increment: points } } });
}
