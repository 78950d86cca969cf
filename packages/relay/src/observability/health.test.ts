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

it("is told of what comes and goes at most every ten seconds, and of what stays in the end", () => {
  let now = 0;
  const health = new Health(() => now);
  const told: string[] = [];
  for (; now < 60_000; now += 100) {
    if (health.set("broker", "gone")) told.push(`gone at ${now}`);
    if (health.clear("broker")) told.push(`back at ${now}`);
  }
  expect(told).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000].flatMap((at) => [`gone at ${at}`, `back at ${at}`]));
  now = 55_000;
  expect(health.set("broker", "gone for good")).toBe(false);
  now = 59_999;
  expect(health.set("broker", "gone for good")).toBe(false);
  now = 60_000;
  expect(health.set("broker", "gone for good")).toBe(true);
  now = 90_000;
  expect(health.set("broker", "gone for good")).toBe(false);
});

it("another subject of a condition is news", () => {
  let now = 0;
  const health = new Health(() => now);
  expect(health.set("held", "row 7", "7")).toBe(true);
  now = 10_000;
  expect(health.set("held", "row 7", "7")).toBe(false);
  expect(health.set("held", "row 8", "8")).toBe(true);
});

it("shows no passwords", () => {
  const health = new Health(() => 0);
  health.set("registry", "http://me:s3cret@registry does not answer");
  expect(health.reasons).toMatchObject({ registry: "http://me:***@registry does not answer" });
});
