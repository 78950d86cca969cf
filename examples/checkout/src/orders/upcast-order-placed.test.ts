import { expect, it } from "@jest/globals";
import { orderPlaced } from "@shop-events/orders/order.placed";
import { Decimal } from "@waybill/events";
import { upcastOrderPlaced } from "./upcast-order-placed.ts";

it("counts the pieces of the first generation into lines of the second", () => {
  const [teapot, teacup] = ["0190e7a0-0000-7000-8000-000000000001", "0190e7a0-0000-7000-8000-000000000002"];
  const data = upcastOrderPlaced({
    orderId: "0190e7a0-0000-7000-8000-000000000003",
    customerId: "0190e7a0-0000-7000-8000-000000000004",
    items: [teapot, teacup, teapot],
    total: Decimal.parse("30.30"),
    currency: "EUR",
    placedAt: new Date(0),
  });
  expect(data.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
    [teapot, 2],
    [teacup, 1],
  ]);
  expect(orderPlaced.explain(data)).toEqual([]);
});
