import { expect, it } from "@jest/globals";
import type { Cursor } from "../cursors/cursor.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import type { OutboxReads } from "./outbox-reads.ts";
import type { Batch } from "./strand.ts";
import { Strands } from "./strands.ts";

const EARLY = parseSnapshot("10:10:");
const LATE = parseSnapshot("20:20:");
/** Neither sees all that the other sees. */
const ASIDE = parseSnapshot("9:21:9");

const unasked: OutboxReads = {
  currentSnapshot: () => Promise.reject(new Error("not asked in these tests")),
  newestWindow: () => Promise.reject(new Error("not asked in these tests")),
  window: () => Promise.reject(new Error("not asked in these tests")),
  floor: () => Promise.reject(new Error("not asked in these tests")),
  topId: () => Promise.reject(new Error("not asked in these tests")),
  backlog: () => Promise.reject(new Error("not asked in these tests")),
};

const at = (s1 = EARLY, s2: Cursor["s2"] = null, lastId = 0): Cursor => ({ s1, s2, lastId });

function strandsOf(...cursors: readonly Cursor[]): Strands {
  const strands = new Strands({ reads: unasked, batchSize: 10, maxBatchBytes: 1_000 });
  strands.add(cursors.map((cursor, group) => ({ group, cursor })));
  return strands;
}

const groupsOf = (strands: Strands) => strands.all.map(({ groups }) => groups.join(",")).sort();

function batchOf(groups: readonly number[], next: Cursor, lastId = next.lastId): Batch {
  return { groups, next, lastId, events: 1, bytes: 1, partial: (id) => ({ ...next, lastId: id }) };
}

it.each([
  { name: "one place: one strand", cursors: [at(), at(), at()], strands: ["0,1,2"] },
  { name: "ids inform only between windows", cursors: [at(EARLY, null, 3), at(EARLY, null, 9)], strands: ["0,1"] },
  { name: "two places", cursors: [at(EARLY), at(LATE), at(EARLY)], strands: ["0,2", "1"] },
  { name: "inside a window the id counts", cursors: [at(EARLY, LATE, 3), at(EARLY, LATE, 9)], strands: ["0", "1"] },
  { name: "the same id of it", cursors: [at(EARLY, LATE, 3), at(EARLY, LATE, 3)], strands: ["0,1"] },
  { name: "before a window is not inside it", cursors: [at(EARLY), at(EARLY, LATE, 0)], strands: ["0", "1"] },
])("$name", ({ cursors, strands }) => {
  expect(groupsOf(strandsOf(...cursors))).toEqual(strands);
});

it("lets whoever is behind read up to where another stands, and no further", () => {
  const strands = strandsOf(at(EARLY), at(LATE));
  const [behind, ahead] = strands.all;
  expect(behind && strands.windowEnd(behind)).toBe(LATE);
  expect(ahead && strands.windowEnd(ahead)).toBeNull();
});

it.each([
  { name: "inside a window: its place is no snapshot", other: at(LATE, parseSnapshot("30:30:"), 5) },
  { name: "that has not seen all that this one has", other: at(ASIDE) },
])("does not meet a strand $name", ({ other }) => {
  const strands = strandsOf(at(EARLY), other);
  for (const strand of strands.all) expect(strands.windowEnd(strand)).toBeNull();
});

it("joins a claimed group to those that stand there already", () => {
  const strands = strandsOf(at(EARLY), at(LATE));
  strands.add([{ group: 7, cursor: at(LATE) }]);
  expect(groupsOf(strands)).toEqual(["0", "1,7"]);
});

it("goes back to what is acknowledged, for each group on its own, also after a join", () => {
  const strands = strandsOf(at(EARLY), at(EARLY), at(EARLY));
  strands.acknowledge(batchOf([0], at(LATE, null, 5)));
  strands.acknowledgePart(batchOf([1], at(EARLY, LATE)), at(EARLY, LATE, 3));
  strands.rewind();
  expect(groupsOf(strands)).toEqual(["0", "1", "2"]);
  expect(strands.publishedId).toBe(5);
});

it("forgets released groups, and goes on with the others where it stood", () => {
  const strands = strandsOf(at(EARLY), at(EARLY), at(LATE));
  strands.remove([0, 2]);
  expect(groupsOf(strands)).toEqual(["1"]);
  expect([...strands.acknowledged.keys()]).toEqual([1]);
  strands.rewind();
  expect(groupsOf(strands)).toEqual(["1"]);
});
