import { expect, it } from "@jest/globals";
import { lockRetryMs, sweepIntervalMs } from "./sweep-delay.ts";

it("looks several times in the time of a slot, and not too often", () => {
  expect([null, 14_400, 40, 1].map(sweepIntervalMs)).toEqual([10_000, 10_000, 5_000, 125]);
});

it("leaves a locked slot alone for 10 s, then longer, at most 5 min", () => {
  expect([1, 2, 3, 5, 6, 1_000].map(lockRetryMs)).toEqual([10_000, 20_000, 40_000, 160_000, 300_000, 300_000]);
});
