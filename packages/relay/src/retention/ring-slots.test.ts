import { describe, expect, it } from "@jest/globals";
import type { Cursor } from "../cursors/cursor.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import {
  freeSlots,
  isOverrun,
  judgeSlot,
  longestRetentionMs,
  oldestAgeMs,
  type RingState,
  type SlotContent,
} from "./ring-slots.ts";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

/** Rows from 10 hours ago to 9 hours ago, of transactions up to 500 and ids up to 90. */
const content: SlotContent = {
  newestXid: 500n,
  newestId: 90,
  runningXids: [],
  oldestAt: NOW - 10 * HOUR,
  newestAt: NOW - 9 * HOUR,
};

function cursor(s1: string, s2: string | null = null, lastId = 0): Cursor {
  return { s1: parseSnapshot(s1), s2: s2 === null ? null : parseSnapshot(s2), lastId };
}

/** Slot 3 has the content; slot 0 is current. */
function ring(changes: Partial<RingState> = {}, slot3: SlotContent = content): RingState {
  const slots = Array.from({ length: 8 }, (_, slot) => (slot === 3 ? slot3 : null));
  return { now: NOW, currentSlot: 0, slotSeconds: 14_400, slots, cursors: [cursor("600:600:")], bytes: 0, ...changes };
}

describe("a slot", () => {
  it("is expired when it is published, past retention and not current", () => {
    expect(judgeSlot(ring(), 3, 9 * HOUR)).toBe("expired");
    expect(judgeSlot(ring(), 3, 9 * HOUR + 1)).toBe("retained");
    expect(judgeSlot(ring({ cursors: [] }), 3, 9 * HOUR + 1)).toBe("retained");
    expect(judgeSlot(ring({ currentSlot: 3 }), 3, 0)).toBe("current");
    expect(judgeSlot(ring(), 4, 0)).toBe("empty");
  });

  it("is kept no longer than the ring allows, or it would never be emptied", () => {
    expect(longestRetentionMs(3_600, 8)).toBe(6 * HOUR);
    expect(longestRetentionMs(14_400, 8)).toBe(24 * HOUR);
    expect(judgeSlot(ring({ slotSeconds: 3_600 }), 3, 1_000 * HOUR)).toBe("expired");
  });

  it.each([
    ["nothing is known of cursors", [], "unpublished"],
    ["the cursor was never used", [cursor("3:3:")], "unpublished"],
    ["its newest transaction began after s1", [cursor("500:500:")], "unpublished"],
    ["s1 has seen its newest transaction", [cursor("501:501:")], "expired"],
    ["s1 ran beside a transaction that has no rows here", [cursor("400:600:400,450")], "expired"],
    ["one of several cursors is behind", [cursor("600:600:"), cursor("450:450:")], "unpublished"],
    ["the window that is being read has passed it", [cursor("450:450:", "600:600:", 90)], "expired"],
    ["the window that is being read has not passed it", [cursor("450:450:", "600:600:", 89)], "unpublished"],
    ["its newest transaction began after the window's end", [cursor("450:450:", "500:500:", 90)], "unpublished"],
    ["last_id is high and no window is open", [cursor("450:450:", null, 90)], "unpublished"],
  ] as const)("where %s", (_, cursors, verdict) => {
    expect(judgeSlot(ring({ cursors }), 3, 0)).toBe(verdict);
  });

  it("is unpublished while a transaction with rows in it was running in s1, and in s2", () => {
    const withRunning = { ...content, runningXids: [450n] };
    expect(judgeSlot(ring({ cursors: [cursor("450:600:450")] }, withRunning), 3, 0)).toBe("unpublished");
    expect(judgeSlot(ring({ cursors: [cursor("451:600:")] }, withRunning), 3, 0)).toBe("expired");
    const inWindow = (s2: string) => ring({ cursors: [cursor("450:600:450", s2, 90)] }, withRunning);
    expect(judgeSlot(inWindow("450:700:450"), 3, 0)).toBe("unpublished");
    expect(judgeSlot(inWindow("700:700:"), 3, 0)).toBe("expired");
  });
});

describe("the ring", () => {
  it("counts the free slots ahead of the current one", () => {
    expect(freeSlots(ring())).toBe(2);
    expect(freeSlots(ring({ currentSlot: 2 }))).toBe(0);
    expect(freeSlots(ring({ currentSlot: 3 }))).toBe(7);
    expect(freeSlots(ring({ slots: Array.from({ length: 8 }, () => null) }))).toBe(8);
  });

  it("is overrun when the current slot has rows of the last round", () => {
    const old = { ...content, oldestAt: NOW - 7 * 4 * HOUR - 1 };
    expect(isOverrun(ring({ currentSlot: 3 }, old))).toBe(true);
    expect(isOverrun(ring({}, old))).toBe(false);
    expect(isOverrun(ring({ currentSlot: 3 }))).toBe(false);
  });

  it("knows its oldest row", () => {
    expect(oldestAgeMs(ring())).toBe(10 * HOUR);
    expect(oldestAgeMs(ring({ slots: [null] }))).toBe(0);
  });
});
