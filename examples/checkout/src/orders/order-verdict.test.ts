import { expect, it } from "@jest/globals";
import { decideOrder } from "./order-verdict.ts";

it.each([
  ["PENDING", "PENDING", { status: "PLACED" }],
  ["SUCCEEDED", "PENDING", { status: "PLACED" }],
  ["PENDING", "RESERVED", { status: "PLACED" }],
  ["SUCCEEDED", "RESERVED", { status: "CONFIRMED" }],
  ["FAILED", "PENDING", { status: "CANCELLED", reason: "PAYMENT_FAILED" }],
  ["FAILED", "RESERVED", { status: "CANCELLED", reason: "PAYMENT_FAILED" }],
  ["FAILED", "REJECTED", { status: "CANCELLED", reason: "PAYMENT_FAILED" }],
  ["PENDING", "REJECTED", { status: "CANCELLED", reason: "OUT_OF_STOCK" }],
  ["SUCCEEDED", "REJECTED", { status: "CANCELLED", reason: "OUT_OF_STOCK" }],
] as const)("payment %s and stock %s", (payment, stock, verdict) => {
  expect(decideOrder(payment, stock)).toEqual(verdict);
});
