import { expect, it } from "@jest/globals";
import { backoffMs } from "./backoff.ts";

it("doubles up to the cap, half of it random", () => {
  expect([0, 1, 2, 3, 10, 1_000].map((attempt) => backoffMs(attempt, 10_000, 1))).toEqual([
    100, 200, 400, 800, 10_000, 10_000,
  ]);
  expect([0, 3, 10].map((attempt) => backoffMs(attempt, 10_000, 0))).toEqual([50, 400, 5_000]);
});
