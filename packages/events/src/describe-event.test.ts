import { expect, it } from "@jest/globals";
import { Decimal } from "./decimal.ts";
import { createDecoder, recordNameOf } from "./create-decoder.ts";
import { describeEvent } from "./describe-event.ts";
import { EncodeError } from "./errors.ts";
import { schemaIdOf } from "./schema-id.ts";

const money = { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 };
const schema = JSON.stringify({
  type: "record",
  name: "OrderPlaced",
  namespace: "orders.order",
  fields: [
    { name: "orderId", type: "string", "waybill.key": true },
    {
      name: "items",
      type: {
        type: "array",
        items: {
          type: "record",
          name: "OrderItem",
          fields: [
            { name: "quantity", type: "int" },
            { name: "price", type: money },
          ],
        },
      },
    },
    { name: "placedAt", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "note", type: ["null", "string"], default: null },
  ],
});
const orderPlaced = describeEvent({ type: "orders.order.placed", version: 1, schema });
const order = {
  orderId: "order-1",
  items: [{ quantity: 2, price: Decimal.parse("12.50") }],
  placedAt: new Date("2026-11-21T10:00:00.123Z"),
  note: null,
};

it("makes a whole descriptor from a schema's text", () => {
  expect(orderPlaced).toMatchObject({
    type: "orders.order.placed",
    version: 1,
    topic: "orders.order",
    recordName: "orders.order.OrderPlaced",
    schema,
    schemaId: schemaIdOf(schema),
    earlier: {},
  });
  expect(recordNameOf(schema)).toBe("orders.order.OrderPlaced");
  expect(orderPlaced.key(order)).toBe("order-1");
});

it("reads what it wrote", () => {
  expect(orderPlaced.decode(orderPlaced.encode(order))).toEqual(order);
});

it("names every wrong field with its path", () => {
  const wrong = { ...order, orderId: 7, items: [order.items[0], { quantity: 1.5, price: 12.5 }] };
  expect(() => orderPlaced.encode(wrong)).toThrow(EncodeError);
  expect(orderPlaced.explain(wrong)).toEqual([
    { path: "orderId", message: "expected a string, got number" },
    { path: "items[1].quantity", message: "expected an integer of 32 bits, got another number" },
    { path: "items[1].price", message: "expected a Decimal of scale 2, got number" },
  ]);
  expect(orderPlaced.explain(order)).toEqual([]);
});

it("decodes what another version of the schema wrote", () => {
  const later = JSON.parse(schema) as { fields: object[] };
  later.fields.push({ name: "channel", type: "string", default: "web" });
  later.fields.reverse();
  const decode = createDecoder(
    schema,
    describeEvent({ type: "orders.order.placed", version: 2, schema: JSON.stringify(later) }),
  );
  expect(decode(orderPlaced.encode(order))).toEqual({ ...order, channel: "web" });
});
