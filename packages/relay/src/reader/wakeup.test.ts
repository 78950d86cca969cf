import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { Wakeup } from "./wakeup.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = new AbortController().signal;

/** What ended each pause, and after how long. */
function pausesOf(wakeup: Wakeup, ms: number, leastMs: number, signal = never) {
  const ends: string[] = [];
  const pause = async () => {
    const startedAt = Date.now();
    const end = await wakeup.wait(ms, leastMs, signal);
    ends.push(`${end} after ${Date.now() - startedAt}`);
  };
  return { ends, pause };
}

it("lasts its time when nothing comes", async () => {
  const { ends, pause } = pausesOf(new Wakeup(), 5_000, 5);
  void pause();
  await jest.advanceTimersByTimeAsync(4_999);
  expect(ends).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(ends).toEqual(["time after 5000"]);
});

it("ends at once by a hint after its least time, and not before that", async () => {
  const wakeup = new Wakeup();
  const { ends, pause } = pausesOf(wakeup, 5_000, 5);
  void pause();
  await jest.advanceTimersByTimeAsync(1_234);
  wakeup.hint();
  await jest.advanceTimersByTimeAsync(0);
  void pause();
  await jest.advanceTimersByTimeAsync(2);
  wakeup.hint();
  await jest.advanceTimersByTimeAsync(3);
  expect(ends).toEqual(["hint after 1234", "hint after 5"]);
});

it("makes of a storm of hints no more rounds than a busy relay's", async () => {
  const wakeup = new Wakeup();
  const { ends, pause } = pausesOf(wakeup, 5_000, 5);
  const stop = new AbortController();
  const rounds = (async () => {
    while (!stop.signal.aborted) await pause();
  })();
  for (let ms = 0; ms < 1_000; ms++) {
    for (let n = 0; n < 50; n++) wakeup.hint();
    await jest.advanceTimersByTimeAsync(1);
  }
  expect(ends.length).toBeLessThanOrEqual(200);
  expect(new Set(ends)).toEqual(new Set(["hint after 5"]));
  stop.abort();
  await jest.advanceTimersByTimeAsync(10_000);
  await rounds;
});

it("keeps a hint and a call that came while nobody waited, for the next pause alone", async () => {
  const wakeup = new Wakeup();
  const { ends, pause } = pausesOf(wakeup, 5_000, 5);
  wakeup.hint();
  void pause();
  await jest.advanceTimersByTimeAsync(5);
  wakeup.wake();
  void pause();
  await jest.advanceTimersByTimeAsync(0);
  void pause();
  await jest.advanceTimersByTimeAsync(5_000);
  expect(ends).toEqual(["hint after 5", "wake after 0", "time after 5000"]);
});

it("ends when the signal is aborted, before and during it", async () => {
  const stop = new AbortController();
  const { ends, pause } = pausesOf(new Wakeup(), 5_000, 5, stop.signal);
  void pause();
  await jest.advanceTimersByTimeAsync(7);
  stop.abort();
  await jest.advanceTimersByTimeAsync(0);
  await pause();
  expect(ends).toEqual(["wake after 7", "wake after 0"]);
});

it("leaves no timer behind", async () => {
  const wakeup = new Wakeup();
  const { pause } = pausesOf(wakeup, 5_000, 5_000);
  void pause();
  wakeup.wake();
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(0);
});
