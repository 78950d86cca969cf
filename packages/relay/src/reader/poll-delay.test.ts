import { expect, it } from "@jest/globals";
import { nextPollDelayMs } from "./poll-delay.ts";

const delays = { pollBusyMs: 5, pollIdleMs: 50 };

it("doubles from busy to idle while nothing comes", () => {
  const seen: number[] = [];
  for (let delay = 5, n = 0; n < 6; n++) seen.push((delay = nextPollDelayMs(delay, false, delays)));
  expect(seen).toEqual([10, 20, 40, 50, 50, 50]);
});

it("snaps back when events come", () => {
  expect(nextPollDelayMs(50, true, delays)).toBe(5);
});
