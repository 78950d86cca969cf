import { expect, it } from "@jest/globals";
import { type AnyOrderPlaced, orderPlaced } from "@shop-events/orders/order.placed";
import { orderPlacedExample, orderPlacedV1Example } from "@shop-events/orders/order.placed/testing";
import { createUpcaster } from "@waybill/events";
import { orderPlacedUpcasters } from "./order-placed-upcasters.ts";

const upcast = createUpcaster(orderPlaced, orderPlacedUpcasters);

it("counts the pieces of the first generation into lines of the second", () => {
  const [teapot, teacup] = ["0190e7a0-0000-7000-8000-000000000001", "0190e7a0-0000-7000-8000-000000000002"];
  const data = upcast({ version: 1, data: orderPlacedV1Example({ items: [teapot, teacup, teapot] }) });
  expect(data.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
    [teapot, 2],
    [teacup, 1],
  ]);
});

it("makes a valid event of any", () => {
  const events: readonly AnyOrderPlaced[] = [
    { version: 1, data: orderPlacedV1Example() },
    { version: 2, data: orderPlacedExample() },
  ];
  for (const event of events) expect(orderPlaced.explain(upcast(event))).toEqual([]);
});
