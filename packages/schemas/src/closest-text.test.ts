import { expect, it } from "@jest/globals";
import { closestText } from "./closest-text.ts";

const events = ["orders.order.placed", "orders.order.paid", "billing.invoice.paid"];

it.each([
  ["orders.order.placd", "orders.order.placed"],
  ["order.order.paid", "orders.order.paid"],
  ["invoice.paid", null],
  ["a", null],
  ["", null],
])("finds what %j was meant to be", (text, meant) => {
  expect(closestText(text, events)).toBe(meant);
});

it("finds nothing among nothing", () => {
  expect(closestText("orders.order.placed", [])).toBeNull();
});
