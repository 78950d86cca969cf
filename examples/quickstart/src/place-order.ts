import { orderPlaced } from "@events/orders";
import { Decimal } from "@waybill/events";
import { publish } from "@waybill/outbox";
import { prisma } from "./prisma.ts";

export async function placeOrder(total: string, currency: string) {
  return prisma.$transaction(async (tx) => {
    const order = await tx.order.create({ data: { total, currency } });
    await publish(tx, orderPlaced, {
      orderId: order.id,
      total: Decimal.parse(total, 2),
      currency,
      couponCode: null,
      placedAt: new Date(),
    });
    return order;
  });
}
