import { describe, expect, it } from "@jest/globals";
import { parseSnapshot } from "../cursors/snapshot.ts";
import { readBookmark, type RelayBookmark, writeBookmark } from "./relay-bookmark.ts";

const bookmark: RelayBookmark = {
  cursor: { s1: parseSnapshot("10:12:10"), s2: null, lastId: 7 },
  epoch: 2n ** 40n + 1n,
  timeline: 3,
  mark: { session: "0b1e7f2a-4a5e-4a3c-9a52-0c7c6c1d2e3f", mark: 2 ** 40 },
  redriven: [],
};

describe("a bookmark", () => {
  it.each<Partial<RelayBookmark>>([
    {},
    { cursor: { s1: parseSnapshot("10:12:10"), s2: parseSnapshot("20:25:20,24"), lastId: 2 ** 40 } },
    { redriven: [3, 4, 2 ** 40] },
  ])("comes back as it was: %#", (changes) => {
    expect(readBookmark(writeBookmark({ ...bookmark, ...changes }))).toEqual({ ...bookmark, ...changes });
  });

  const stored = JSON.parse(writeBookmark({ ...bookmark, redriven: [1] }));
  const fields = ["v", "s1", "s2", "lastId", "epoch", "timeline", "session", "mark", "redriven"];
  it.each([
    "",
    "{}",
    "null",
    ...fields.map((field) => JSON.stringify({ ...stored, [field]: { other: 1 } })),
    JSON.stringify({ ...stored, v: 1 }),
    JSON.stringify({ ...stored, s1: "x" }),
  ])("of an unknown form is refused: %s", (text) => {
    expect(() => readBookmark(text)).toThrow(expect.objectContaining({ code: "CURSORS_DISAGREE" }));
  });
});
