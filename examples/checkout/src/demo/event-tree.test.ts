import { expect, it } from "@jest/globals";
import { drawEventTree } from "./event-tree.ts";

const event = (eventId: string, causationId: string | null, ms: number) => {
  return { eventId, type: `t.${eventId}`, version: 1, causationId, time: new Date(1_000 + ms) };
};

it("puts each event under the one that caused it", () => {
  const events = [event("c", "a", 9), event("d", "c", 12), event("b", "request", 1), event("a", "request", 0)];
  expect(drawEventTree(events)).toEqual([
    "├─ t.a v1  +0 ms",
    "│  └─ t.c v1  +9 ms",
    "│     └─ t.d v1  +12 ms",
    "└─ t.b v1  +1 ms",
  ]);
});

it("draws nothing of nothing", () => {
  expect(drawEventTree([])).toEqual([]);
});
