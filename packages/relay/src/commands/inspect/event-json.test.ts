import { expect, it } from "@jest/globals";
import { Decimal } from "@waybill/events";
import { eventJson } from "./event-json.ts";

it("keeps every value that JSON has no type for", () => {
  const value = {
    small: 5n,
    large: 9_007_199_254_740_993n,
    at: new Date("2026-11-21T10:00:00Z"),
    never: new Date(Number.NaN),
    bytes: Uint8Array.of(1, 2, 255),
    amount: Decimal.parse("12.50"),
    odd: [Number.NaN, null, true, { nested: -0.5 }],
  };
  expect(eventJson(value)).toEqual({
    small: 5,
    large: "9007199254740993",
    at: "2026-11-21T10:00:00.000Z",
    never: "Invalid Date",
    bytes: "AQL/",
    amount: "12.50",
    odd: ["NaN", null, true, { nested: -0.5 }],
  });
});
