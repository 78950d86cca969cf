import { expect, it } from "@jest/globals";
import { afterWindow, type Cursor, insideWindow, isSamePosition } from "./cursor.ts";
import { parseSnapshot } from "./snapshot.ts";

const at = (text: string, lastId = 0): Cursor => ({ s1: parseSnapshot(text), s2: null, lastId });
const end = parseSnapshot("9:9:");

it("leaves a window with its end as the new beginning, and the highest id", () => {
  const inside = insideWindow(at("3:3:", 70), end, 41);
  expect(inside).toEqual({ s1: parseSnapshot("3:3:"), s2: end, lastId: 41 });
  expect(afterWindow(inside, end, 50)).toEqual({ s1: end, s2: null, lastId: 50 });
  expect(afterWindow(at("3:3:", 70), end, 50).lastId).toBe(70);
});

it.each([
  ["between windows, whatever the id", at("3:3:", 1), at("3:3:", 2), true],
  ["between windows, another snapshot", at("3:3:"), at("4:4:"), false],
  ["at one place in a window", insideWindow(at("3:3:"), end, 5), insideWindow(at("3:3:"), end, 5), true],
  ["at two places in a window", insideWindow(at("3:3:"), end, 5), insideWindow(at("3:3:"), end, 6), false],
  ["in a window and before it", insideWindow(at("3:3:"), end, 5), at("3:3:", 5), false],
])("isSamePosition %s", (_, a, b, isSame) => {
  expect(isSamePosition(a, b)).toBe(isSame);
});
