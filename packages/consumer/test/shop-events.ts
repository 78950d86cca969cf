import { describeEvent, type EventDescriptor } from "@waybill/events";

/** The first generation: version 1, and version 2 that adds a note. */
export interface OrderPlacedV2 {
  readonly orderId: string;
  readonly amount: number;
  readonly note: string;
}

/** The second generation: the amount is in cents. */
export interface OrderPlacedV3 {
  readonly orderId: string;
  readonly cents: number;
}

export interface OrderConfirmed {
  readonly orderId: string;
}

const orderId = { name: "orderId", type: "string", "waybill.key": true };
const note = { name: "note", type: "string", default: "" };

function record(name: string, ...fields: readonly object[]): string {
  return JSON.stringify({ type: "record", name, namespace: "shop.order", fields });
}

/** The events of one test, all on its own topic. */
export function shopEvents(topic: string) {
  const placedV1: EventDescriptor<"shop.order.placed", 1, Omit<OrderPlacedV2, "note">, {}> = describeEvent({
    type: "shop.order.placed",
    version: 1,
    topic,
    schema: record("OrderPlaced", orderId, { name: "amount", type: "int" }),
  });
  const placedV2: EventDescriptor<"shop.order.placed", 2, OrderPlacedV2, {}> = describeEvent({
    type: "shop.order.placed",
    version: 2,
    topic,
    schema: record("OrderPlaced", orderId, { name: "amount", type: "int" }, note),
  });
  const placedV3: EventDescriptor<"shop.order.placed", 3, OrderPlacedV3, { 2: typeof placedV2 }> = describeEvent({
    type: "shop.order.placed",
    version: 3,
    topic,
    schema: record("OrderPlacedV2", orderId, { name: "cents", type: "int" }),
    earlier: { 2: placedV2 },
  });
  const confirmed: EventDescriptor<"shop.order.confirmed", 1, OrderConfirmed, {}> = describeEvent({
    type: "shop.order.confirmed",
    version: 1,
    topic,
    schema: record("OrderConfirmed", orderId),
  });
  return { placedV1, placedV2, placedV3, confirmed };
}
