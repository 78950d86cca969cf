import { expect, it } from "@jest/globals";
import { SessionRetries } from "./session-retries.ts";

const RETRY_MAX_MS = 10_000;

function setUp() {
  const clock = { ms: 0 };
  return { clock, retries: new SessionRetries({ retryMaxMs: RETRY_MAX_MS, now: () => clock.ms }) };
}

it("waits longer and longer while sessions are opened and fail at once", () => {
  const { retries } = setUp();
  const least: number[] = [];
  for (let attempt = 0; attempt < 10; attempt++) {
    retries.opened();
    retries.failed("disk full");
    least.push(Math.min(...Array.from({ length: 50 }, () => retries.pauseMs)));
  }
  for (const [attempt, pause] of least.entries()) {
    const ceiling = Math.min(100 * 2 ** attempt, RETRY_MAX_MS);
    expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
    expect(pause).toBeLessThanOrEqual(ceiling);
  }
});

it("is quick again after a session that saved, and after one that lasted", () => {
  const { clock, retries } = setUp();
  const failTimes = (times: number) => {
    for (let n = 0; n < times; n++) retries.failed("away");
  };
  failTimes(8);
  expect(retries.pauseMs).toBeGreaterThan(100);
  retries.opened();
  retries.worked();
  failTimes(1);
  expect(retries.pauseMs).toBeLessThanOrEqual(100);
  failTimes(7);
  retries.opened();
  clock.ms += RETRY_MAX_MS - 1;
  failTimes(1);
  expect(retries.pauseMs).toBeGreaterThan(100);
  retries.opened();
  clock.ms += RETRY_MAX_MS;
  failTimes(1);
  expect(retries.pauseMs).toBeLessThanOrEqual(100);
});

it("tells the same failure once, again every five minutes with its count, and its end", () => {
  const { clock, retries } = setUp();
  const told: string[] = [];
  for (; clock.ms < 11 * 60_000; clock.ms += 200) {
    const { isNews, failures, forMs } = retries.failed("disk full");
    if (isNews) told.push(`${failures} in ${forMs / 1_000} s`);
  }
  expect(told).toEqual(["1 in 0 s", "1501 in 300 s", "3001 in 600 s"]);
  expect(retries.worked()).toEqual({ failures: 3_300, forMs: 660_000 });
  expect(retries.worked()).toBeNull();
});

it("tells another failure of the same series, ten seconds after the last line at the earliest", () => {
  const { clock, retries } = setUp();
  expect(retries.failed("connection lost").isNews).toBe(true);
  clock.ms = 9_999;
  expect(retries.failed("refused").isNews).toBe(false);
  clock.ms = 10_000;
  expect(retries.failed("refused").isNews).toBe(true);
  clock.ms = 20_000;
  expect(retries.failed("connection lost").isNews).toBe(false);
});

it("takes messages for the same that differ in numbers alone", () => {
  const { clock, retries } = setUp();
  const news = Array.from({ length: 20 }, (_, n) => {
    clock.ms = n * 10_000;
    return retries.failed(`process ${n} waits since ${clock.ms}`).isNews;
  });
  expect(news.filter(Boolean)).toHaveLength(1);
});

it("floods nobody when failures come and go", () => {
  const { clock, retries } = setUp();
  let lines = 0;
  for (; clock.ms < 60_000; clock.ms += 100) {
    if (retries.failed("connection lost").isNews) lines++;
    retries.opened();
    if (retries.worked() !== null) lines++;
  }
  expect(lines).toBe(12); // beginning and end, every ten seconds
});
