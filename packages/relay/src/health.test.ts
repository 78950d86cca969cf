import { expect, it } from "@jest/globals";
import { Health } from "./health.ts";

it("is ready when no condition holds", () => {
  const health = new Health(() => 0);
  expect(health.isReady).toBe(false);
  health.clear("starting");
  expect(health.isReady).toBe(true);
  expect(health.set("broker", "no leader")).toBe(true);
  expect(health.set("broker", "still none")).toBe(false);
  expect(health.reasons).toEqual({ broker: "still none" });
  expect(health.clear("broker", "held")).toBe(true);
  expect(health.clear("broker")).toBe(false);
});

it("tells how long the loop has been silent", () => {
  let now = 1_000;
  const health = new Health(() => now);
  now = 5_000;
  expect(health.silentMs).toBe(4_000);
  health.beat();
  expect(health.silentMs).toBe(0);
});
