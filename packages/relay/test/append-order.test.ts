import { expect, it } from "@jest/globals";
import { inAppendOrder } from "./append-order.ts";

const record = (partition: number, timestampMs: number, key: string) => ({
  partition,
  timestampMs,
  key,
  value: Buffer.alloc(0),
  headers: {},
});

it("orders records of several partitions by time, and never moves those of one", () => {
  const records = [
    record(1, 30, "late"),
    record(0, 10, "first"),
    record(0, 30, "late, on the older partition"),
    record(0, 20, "later still, by a clock that is behind"),
    record(1, 40, "last"),
  ];
  expect(inAppendOrder(records).map(({ key }) => key)).toEqual([
    "first",
    "late, on the older partition",
    "later still, by a clock that is behind",
    "late",
    "last",
  ]);
});
