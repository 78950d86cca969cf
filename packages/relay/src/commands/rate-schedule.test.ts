import { expect, it } from "@jest/globals";
import { dueEvents } from "./rate-schedule.ts";

const limits = { leastEvents: 5, mostEvents: 100 };

it("allows what the time since the start is worth, so that a slow moment is caught up", () => {
  expect(dueEvents(1_000, 0, 50, limits)).toEqual({ events: 50, waitMs: 0 });
  expect(dueEvents(1_000, 50, 50, limits)).toEqual({ events: 0, waitMs: 5 });
  expect(dueEvents(1_000, 50, 10_000, limits)).toEqual({ events: 100, waitMs: 0 });
});

it("never waits 0 ms when nothing is due, and never at all without a rate", () => {
  expect(dueEvents(1_000, 0, 4.9999, limits)).toEqual({ events: 0, waitMs: 1 });
  expect(dueEvents(null, 7, 0, limits)).toEqual({ events: 100, waitMs: 0 });
});
