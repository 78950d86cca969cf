import { expect, it } from "@jest/globals";
import { backoffMs } from "./backoff.ts";

const settings = { retryBaseMs: 100, retryMaxMs: 1_000 };

it("doubles its ceiling from failure to failure, up to the maximum", () => {
  const latest = [1, 2, 3, 4, 5, 6, 100, 5_000].map((failures) => backoffMs(failures, settings, 0.999_999));
  expect(latest).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]);
});

it("never waits less than half of the ceiling", () => {
  const soonest = [1, 2, 3, 4, 5].map((failures) => backoffMs(failures, settings, 0));
  expect(soonest).toEqual([50, 100, 200, 400, 500]);
});
