import { orderConfirmed } from "@shop-events/orders/order.confirmed";
import { orderDelivered } from "@shop-events/orders/order.delivered";
import { orderShipped } from "@shop-events/orders/order.shipped";
import { shipmentDispatched } from "@shop-events/shipping/shipment.dispatched";
import { shipmentScheduled } from "@shop-events/shipping/shipment.scheduled";
import { publish } from "@waybill/outbox";
import { randomUUID } from "node:crypto";
import type { Transaction } from "../database.ts";
import type { Carrier } from "../providers/carrier.ts";
import type { Reaction } from "./reaction.ts";

/**
 * Carries confirmed orders to their customers: books the carrier, then follows the shipment until it is delivered.
 * The collection and the delivery would be the carrier's calls to a webhook; here each step follows at once.
 */
export const shipping: Reaction = {
  groupId: "shipping",
  subscribe(consumer, { carrier }) {
    consumer
      .on(orderConfirmed, ({ data }, { tx }) => schedule(tx, carrier, data.orderId))
      .on(shipmentScheduled, ({ data }, { tx }) => dispatch(tx, data.shipmentId))
      .on(shipmentDispatched, ({ data }, { tx }) => ship(tx, data))
      .on(orderShipped, ({ data }, { tx }) => deliver(tx, data));
  },
};

async function schedule(tx: Transaction, carrier: Carrier, orderId: string): Promise<void> {
  const booking = await carrier.book({ idempotencyKey: orderId });
  const shipmentId = randomUUID();
  await tx.shipment.create({ data: { id: shipmentId, orderId, status: "SCHEDULED", ...booking } });
  await publish(tx, shipmentScheduled, {
    shipmentId,
    orderId,
    carrier: booking.carrier,
    scheduledAt: new Date(),
    expectedDispatchAt: null,
  });
}

async function dispatch(tx: Transaction, shipmentId: string): Promise<void> {
  const shipment = await tx.shipment.update({ where: { id: shipmentId }, data: { status: "DISPATCHED" } });
  const { orderId, carrier, trackingNumber } = shipment;
  await publish(tx, shipmentDispatched, {
    shipmentId,
    orderId,
    carrier,
    trackingNumber,
    dispatchedAt: new Date(),
    expectedDeliveryAt: null,
  });
}

interface ShippedParcel {
  readonly orderId: string;
  readonly shipmentId: string;
  readonly trackingNumber: string | null;
}

async function ship(tx: Transaction, { orderId, shipmentId, trackingNumber }: ShippedParcel): Promise<void> {
  const { customerId } = await tx.order.update({ where: { id: orderId }, data: { status: "SHIPPED" } });
  await publish(tx, orderShipped, { orderId, customerId, shipmentId, trackingNumber, shippedAt: new Date() });
}

async function deliver(tx: Transaction, { orderId, shipmentId }: Omit<ShippedParcel, "trackingNumber">): Promise<void> {
  await tx.shipment.update({ where: { id: shipmentId }, data: { status: "DELIVERED" } });
  const { customerId } = await tx.order.update({ where: { id: orderId }, data: { status: "DELIVERED" } });
  await publish(tx, orderDelivered, { orderId, customerId, shipmentId, deliveredAt: new Date() });
}
