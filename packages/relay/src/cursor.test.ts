import { describe, expect, it } from "@jest/globals";
import { afterWindow, type Cursor, insideWindow, isWorthSaving } from "./cursor.ts";
import { parseSnapshot } from "./snapshot.ts";

const at = (text: string, lastId = 0n): Cursor => ({ s1: parseSnapshot(text), s2: null, lastId });

it("leaves a window with its end as the new beginning, and the highest id", () => {
  const s2 = parseSnapshot("9:9:");
  const inside = insideWindow(at("3:3:", 70n), s2, 41n);
  expect(inside).toEqual({ s1: parseSnapshot("3:3:"), s2, lastId: 41n });
  expect(afterWindow(inside, s2, 50n)).toEqual({ s1: s2, s2: null, lastId: 50n });
  expect(afterWindow(at("3:3:", 70n), s2, 50n).lastId).toBe(70n);
});

describe("isWorthSaving", () => {
  it.each([
    ["100:100:", "101:101:", false, "only its own save"],
    ["100:100:", "102:102:", true, "other transactions"],
    ["100:101:100", "101:101:", true, "one that was running ended"],
    ["100:100:", "100:101:100", true, "one that runs"],
    ["100:100:", "100:100:", false, "nothing"],
  ])("%s to %s: %p (%s)", (saved, current, worth) => {
    expect(isWorthSaving(at(saved), at(current))).toBe(worth);
  });

  it("is true inside a window that moved", () => {
    const s2 = parseSnapshot("9:9:");
    const saved = insideWindow(at("3:3:"), s2, 1n);
    expect(isWorthSaving(saved, insideWindow(saved, s2, 1_000_001n))).toBe(true);
    expect(isWorthSaving(saved, saved)).toBe(false);
  });
});
