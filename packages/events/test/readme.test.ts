import { expect, it } from "@jest/globals";
import { Decimal } from "@waybill/events";
import { fromLater, order } from "./readme-example.ts";
import { newest } from "./upcaster-example.ts";

it("does what the README shows", () => {
  expect(order).toEqual({ orderId: "order-1", total: new Decimal(1250n, 2) });
  expect(fromLater).toEqual(order);
  expect(newest).toEqual({ cents: 1200n });
});
