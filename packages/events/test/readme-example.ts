import { createDecoder, Decimal, describeEvent } from "@waybill/events";

const orderPlaced = describeEvent<"orders.order.placed", 1, { orderId: string; total: Decimal }>({
  type: "orders.order.placed",
  version: 1,
  schema: JSON.stringify({
    type: "record",
    name: "OrderPlaced",
    namespace: "orders.order",
    fields: [
      { name: "orderId", type: "string", "waybill.key": true },
      { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 } },
    ],
  }),
});

const bytes = orderPlaced.encode({ orderId: "order-1", total: Decimal.parse("12.50") });
export const order = orderPlaced.decode(bytes);

// What another version of the schema wrote: its extra field is passed over.
const writerSchema = orderPlaced.schema.replace('"fields":[', '"fields":[{"name":"channel","type":"string"},');
const writer = describeEvent({ type: "orders.order.placed", version: 2, schema: writerSchema });
const decode = createDecoder(writerSchema, orderPlaced);
export const fromLater = decode(writer.encode({ channel: "web", ...order }));
