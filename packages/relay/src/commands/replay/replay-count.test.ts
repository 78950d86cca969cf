import { describe, expect, it } from "@jest/globals";
import { replayBounds, truncationNote } from "./replay-count.ts";

const any = { fromId: null, toId: null, from: null, to: null, keys: [], topics: [], types: [] };
const oldest = { id: 100, occurredAt: new Date("2026-11-21T10:00:00Z") };

it.each([
  [any, 100, 500, { fromId: 100, toId: 500 }],
  [{ ...any, fromId: 50, toId: 900 }, 100, 500, { fromId: 100, toId: 500 }],
  [{ ...any, fromId: 200, toId: 300 }, 100, 500, { fromId: 200, toId: 300 }],
  [{ ...any, toId: 50 }, 100, 500, { fromId: 100, toId: 50 }],
  [any, null, 0, { fromId: 1, toId: 0 }],
])("replayBounds keeps to what is left %#", (selection, oldestId, topId, expected) => {
  expect(replayBounds(selection, oldestId, topId)).toEqual(expected);
});

describe("truncationNote", () => {
  it.each([
    [any, /^earlier events are gone: retention has left rows from 100, written at 2026-11-21T10:00:00.000Z, on$/],
    [{ ...any, fromId: 40 }, /^rows 40 to 99 are gone/],
    [{ ...any, from: new Date("2026-11-21T09:00:00Z") }, /^events from 2026-11-21T09:00:00.000Z on may be gone/],
  ])("says what may be gone %#", (selection, expected) => {
    expect(truncationNote(selection, oldest)).toMatch(expected);
  });

  it("is silent where nothing can be", () => {
    expect(truncationNote({ ...any, fromId: 100 }, oldest)).toBeNull();
    expect(truncationNote({ ...any, from: oldest.occurredAt }, oldest)).toBeNull();
    expect(truncationNote(any, { ...oldest, id: 1 })).toBeNull();
  });

  it("says that an empty outbox may have held something", () => {
    expect(truncationNote(any, null)).toContain("empty");
  });
});
