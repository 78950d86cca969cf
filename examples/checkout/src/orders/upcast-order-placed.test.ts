import { expect, it } from "@jest/globals";
import { orderPlaced } from "@shop-events/orders/order.placed";
import { orderPlacedV1Example } from "@shop-events/orders/order.placed/testing";
import { upcastOrderPlaced } from "./upcast-order-placed.ts";

it("counts the pieces of the first generation into lines of the second", () => {
  const [teapot, teacup] = ["0190e7a0-0000-7000-8000-000000000001", "0190e7a0-0000-7000-8000-000000000002"];
  const data = upcastOrderPlaced(orderPlacedV1Example({ items: [teapot, teacup, teapot] }));
  expect(data.items.map(({ productId, quantity }) => [productId, quantity])).toEqual([
    [teapot, 2],
    [teacup, 1],
  ]);
  expect(orderPlaced.explain(data)).toEqual([]);
});
