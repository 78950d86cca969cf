import { stockRejected } from "@shop-events/inventory/stock.rejected";
import { stockReleased } from "@shop-events/inventory/stock.released";
import { stockReserved } from "@shop-events/inventory/stock.reserved";
import { orderCancelled } from "@shop-events/orders/order.cancelled";
import { orderPlaced } from "@shop-events/orders/order.placed";
import { publish } from "@waybill/outbox";
import { randomUUID } from "node:crypto";
import type { Transaction } from "../database.ts";
import { findShortages, type StockLine } from "../orders/stock-decision.ts";
import { orderPlacedUpcasters } from "../orders/order-placed-upcasters.ts";
import type { Reaction } from "./reaction.ts";

/** Sets stock aside for placed orders and frees it for cancelled ones. */
export const inventory: Reaction = {
  groupId: "inventory",
  subscribe(consumer) {
    consumer
      .on(orderPlaced, { upcast: orderPlacedUpcasters }, ({ data }, { tx }) => reserve(tx, data.orderId, data.items))
      .on(orderCancelled, ({ data }, { tx }) => release(tx, data.orderId));
  },
};

/** Sets aside all lines or none; publishes which. */
export async function reserve(tx: Transaction, orderId: string, ordered: readonly StockLine[]): Promise<void> {
  const items = ordered.map(({ productId, quantity }) => ({ productId, quantity }));
  const shortages = findShortages(items, await lockFreeStock(tx, items));
  if (shortages.length > 0) {
    await publish(tx, stockRejected, { orderId, shortages, rejectedAt: new Date() });
    return;
  }
  const reservationId = randomUUID();
  await addToFreeStock(tx, items, -1);
  await tx.reservation.create({
    data: { id: reservationId, orderId, status: "HELD", items: { createMany: { data: items } } },
  });
  await publish(tx, stockReserved, { reservationId, orderId, items, reservedAt: new Date(), expiresAt: null });
}

/**
 * Frees what the order holds, if anything. The order's events come in order, so its reservation has been decided by
 * the time that its cancellation arrives.
 */
async function release(tx: Transaction, orderId: string): Promise<void> {
  const reservation = await tx.reservation.findUnique({ where: { orderId }, include: { items: true } });
  if (reservation === null || reservation.status === "RELEASED") return;
  const items = reservation.items.map(({ productId, quantity }) => ({ productId, quantity }));
  await lockFreeStock(tx, items);
  await addToFreeStock(tx, items, 1);
  await tx.reservation.update({ where: { id: reservation.id }, data: { status: "RELEASED" } });
  await publish(tx, stockReleased, {
    reservationId: reservation.id,
    orderId,
    items,
    reason: "ORDER_CANCELLED",
    releasedAt: new Date(),
  });
}

/** Locks the products' rows, always in order of their ids: two orders for the same products never deadlock. */
async function lockFreeStock(tx: Transaction, items: readonly StockLine[]): Promise<Map<string, number>> {
  const ids = items.map(({ productId }) => productId);
  const rows = await tx.$queryRaw<{ id: string; free: number }[]>`
    SELECT id, free FROM products WHERE id = ANY(${ids}::uuid[]) ORDER BY id FOR UPDATE`;
  return new Map(rows.map(({ id, free }) => [id, free]));
}

async function addToFreeStock(tx: Transaction, items: readonly StockLine[], sign: 1 | -1): Promise<void> {
  await tx.$executeRaw`
    UPDATE products SET free = free + ${sign}::integer * line.quantity
    FROM UNNEST(${items.map(({ productId }) => productId)}::uuid[], ${items.map(({ quantity }) => quantity)}::integer[])
      AS line (product_id, quantity)
    WHERE id = line.product_id`;
}
