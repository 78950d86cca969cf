import { describeEvent } from "@waybill/events";

export interface OrderPlaced {
  readonly orderId: string;
  readonly customerId: string;
  readonly totalCents: bigint;
  readonly note: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/** An event of a usual size: about 250 bytes of payload. */
export const orderPlaced = describeEvent<"orders.order.placed", 1, OrderPlaced>({
  type: "orders.order.placed",
  version: 1,
  schema: JSON.stringify({
    type: "record",
    name: "OrderPlaced",
    namespace: "orders.order",
    doc: "An order was placed and paid for.",
    fields: [
      { name: "orderId", type: "string", "waybill.key": true, doc: "The order." },
      { name: "customerId", type: "string", doc: "Who placed it." },
      { name: "totalCents", type: "long", doc: "What it cost, in cents." },
      { name: "note", type: "string", doc: "What the customer asks for." },
      {
        name: "lines",
        type: {
          type: "array",
          items: {
            type: "record",
            name: "Line",
            fields: [
              { name: "sku", type: "string" },
              { name: "quantity", type: "int" },
            ],
          },
        },
      },
    ],
  }),
});

export function orderPlacedData(orderId: string, customerId: string): OrderPlaced {
  return {
    orderId,
    customerId,
    totalCents: 1_250n,
    note: "Please ring twice and leave the parcel with the neighbours on the second floor. ".repeat(2),
    lines: [
      { sku: "tea", quantity: 2 },
      { sku: "cup", quantity: 1 },
    ],
  };
}
