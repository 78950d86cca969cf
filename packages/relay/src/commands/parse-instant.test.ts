import { describe, expect, it } from "@jest/globals";
import { parseInstant, parseSpanMs } from "./parse-instant.ts";

const now = new Date("2026-11-21T10:00:00Z");

describe("parseInstant", () => {
  it.each([
    ["2026-11-21T09:30:00Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21 09:30Z", "2026-11-21T09:30:00.000Z"],
    ["2026-11-21T10:30:00.250+01:00", "2026-11-21T09:30:00.250Z"],
    ["90s", "2026-11-21T09:58:30.000Z"],
    ["2h", "2026-11-21T08:00:00.000Z"],
    ["1.5d", "2026-11-19T22:00:00.000Z"],
  ])("reads %s", (text, expected) => {
    expect(parseInstant(text, now)?.toISOString()).toBe(expected);
  });

  it.each(["yesterday", "2026-11-21", "2026-11-21T09:30:00", "2026-13-21T09:30:00Z", "2 h", "-2h", "h", ""])(
    "refuses %j",
    (text) => {
      expect(parseInstant(text, now)).toBeNull();
    },
  );
});

it("parseSpanMs reads milliseconds too", () => {
  expect(parseSpanMs("250ms")).toBe(250);
});
