import { expect, it } from "@jest/globals";
import { checkOutcomes, type OrderOutcome } from "./outcome-check.ts";
import { type DemoResult, findingsOf } from "./report.ts";

const delivered: OrderOutcome = {
  orderId: "1",
  status: "DELIVERED",
  cancellationReason: null,
  payment: "SUCCEEDED",
  reservation: "HELD",
  shipment: "DELIVERED",
};
const expected = { delivered: 1, "payment failed": 0, "out of stock": 0 };

const sound: DemoResult = {
  outcomes: checkOutcomes([delivered], expected),
  delivery: { types: [], groups: [], findings: [] },
  ledgers: [{ claim: "a = b", counted: "3", expected: "3" }],
  responses: {
    withEvents: [],
    synchronous: [],
    concurrency: 1,
    latencies: { paymentMs: 0, carrierMs: 0, emailMs: 0 },
  },
  tree: [],
  treeOrderId: "1",
};

it("finds nothing when everything agrees", () => {
  expect(findingsOf(sound)).toEqual([]);
});

it("finds an order whose compensation is missing", () => {
  const cancelled = { ...delivered, status: "CANCELLED", cancellationReason: "OUT_OF_STOCK", reservation: null };
  const outcomes = checkOutcomes([{ ...cancelled, shipment: null }], expected);
  expect(findingsOf({ ...sound, outcomes })).toEqual([
    "order 1 has no consistent ending: order CANCELLED (OUT_OF_STOCK), payment SUCCEEDED, reservation null, shipment null",
    '0 orders ended "delivered", not 1',
  ]);
});

it("finds books that do not balance, and passes on what the delivery check found", () => {
  const ledgers = [{ claim: "a = b", counted: "4", expected: "3" }];
  const delivery = { types: [], groups: [], findings: ["lost: x"] };
  expect(findingsOf({ ...sound, ledgers, delivery })).toEqual(["lost: x", "unbalanced: a = b: 4, not 3"]);
});
