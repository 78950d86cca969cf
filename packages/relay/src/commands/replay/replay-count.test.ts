import { describe, expect, it } from "@jest/globals";
import { replayBounds, truncationNote } from "./replay-count.ts";

const any = { fromId: null, toId: null, from: null, to: null, keys: [], topics: [], types: [] };
const oldest = { id: 100n, occurredAt: new Date("2026-11-21T10:00:00Z") };

it.each([
  [any, 100n, 500n, { fromId: 100n, toId: 500n }],
  [{ ...any, fromId: 50n, toId: 900n }, 100n, 500n, { fromId: 100n, toId: 500n }],
  [{ ...any, fromId: 200n, toId: 300n }, 100n, 500n, { fromId: 200n, toId: 300n }],
  [{ ...any, toId: 50n }, 100n, 500n, { fromId: 100n, toId: 50n }],
  [any, null, 0n, { fromId: 1n, toId: 0n }],
])("replayBounds keeps to what is left %#", (selection, oldestId, topId, expected) => {
  expect(replayBounds(selection, oldestId, topId)).toEqual(expected);
});

describe("truncationNote", () => {
  it.each([
    [any, /^earlier events are gone: retention has left rows from 100, written at 2026-11-21T10:00:00.000Z, on$/],
    [{ ...any, fromId: 40n }, /^rows 40 to 99 are gone/],
    [{ ...any, from: new Date("2026-11-21T09:00:00Z") }, /^events from 2026-11-21T09:00:00.000Z on may be gone/],
  ])("says what may be gone %#", (selection, expected) => {
    expect(truncationNote(selection, oldest)).toMatch(expected);
  });

  it("is silent where nothing can be", () => {
    expect(truncationNote({ ...any, fromId: 100n }, oldest)).toBeNull();
    expect(truncationNote({ ...any, from: oldest.occurredAt }, oldest)).toBeNull();
    expect(truncationNote(any, { ...oldest, id: 1n })).toBeNull();
  });

  it("says that an empty outbox may have held something", () => {
    expect(truncationNote(any, null)).toContain("empty");
  });
});
