/**
 * What is known of the ring of slots that `waybill.outbox` is partitioned into, and what follows from it. Pure.
 *
 *            the clock comes                     the clock goes on
 *   EMPTY ───────────────────► CURRENT ─────────────────────────────► FULL
 *     ▲                           ▲                                     │
 *     │                           └──── the clock comes round again ────┤   (overrun: it holds rows of two rounds)
 *     └──── TRUNCATE: wholly published, past retention, not current ────┘
 */
import type { Cursor } from "../cursors/cursor.ts";
import type { Snapshot } from "../cursors/snapshot.ts";

/** What one look tells of a slot that has rows. */
export interface SlotContent {
  readonly newestXid: bigint;
  readonly newestId: number;
  /** Of the transactions that some cursor's snapshot lists as running, those with rows here. */
  readonly runningXids: readonly bigint[];
  /** When its rows were inserted, by the database's clock in milliseconds. */
  readonly oldestAt: number;
  readonly newestAt: number;
}

/** The ring at one instant. */
export interface RingState {
  /** By the database's clock, in milliseconds. */
  readonly now: number;
  /** The slot that new rows go to. */
  readonly currentSlot: number;
  readonly slotSeconds: number;
  /** By slot; null where it is empty. */
  readonly slots: readonly (SlotContent | null)[];
  /** Of all shard groups. */
  readonly cursors: readonly Cursor[];
  /** Of all slots, with their indexes and TOAST tables. */
  readonly bytes: number;
}

/** What is to become of a slot: only `expired` ones are truncated. `unpublished` ones are past retention too. */
export type SlotVerdict = "empty" | "current" | "unpublished" | "retained" | "expired";

/**
 * How long rows can be kept: from the end of a slot's time until the one before it is entered again. The whole time of
 * one slot then remains to empty it in.
 */
export function longestRetentionMs(slotSeconds: number, slotCount: number): number {
  return (slotCount - 2) * slotSeconds * 1_000;
}

/**
 * The retention that is really kept. More than the ring can keep counts as what it can: else a slot would always take new
 * rows before its old ones are due, and would never be emptied.
 */
export function keptMs({ slotSeconds, slots }: RingState, retentionMs: number): number {
  return Math.min(retentionMs, longestRetentionMs(slotSeconds, slots.length));
}

/** @param retentionMs how long rows are kept after the newest of their slot was inserted */
export function judgeSlot(ring: RingState, slot: number, retentionMs: number): SlotVerdict {
  const content = ring.slots[slot] ?? null;
  if (content === null) return "empty";
  if (slot === ring.currentSlot) return "current";
  if (ring.now - content.newestAt < keptMs(ring, retentionMs)) return "retained";
  if (ring.cursors.length === 0) return "unpublished";
  return ring.cursors.every((cursor) => isPublished(content, cursor)) ? "expired" : "unpublished";
}

/**
 * Whether every row of the slot is published for this cursor, whatever the rows' shards. A row is published when `s1`
 * sees it, or when the window's end `s2` sees it and its id is up to `lastId`.
 */
function isPublished(content: SlotContent, { s1, s2, lastId }: Cursor): boolean {
  if (seesAll(s1, content)) return true;
  return s2 !== null && content.newestId <= lastId && seesAll(s2, content);
}

function seesAll({ xmax, xip }: Snapshot, { newestXid, runningXids }: SlotContent): boolean {
  return newestXid < xmax && !runningXids.some((xid) => xip.includes(xid));
}

/** The empty slots ahead of the current one, before the first that has rows: at 0 the next one is still occupied. */
export function freeSlots({ slots, currentSlot }: RingState): number {
  const ahead = slots.map((_, n) => slots[(currentSlot + 1 + n) % slots.length] ?? null);
  const occupied = ahead.findIndex((content) => content !== null);
  return occupied === -1 ? slots.length : occupied;
}

/** Whether the clock has come round to a slot that still held rows: it takes new ones beside them. */
export function isOverrun({ now, slots, currentSlot, slotSeconds }: RingState): boolean {
  const content = slots[currentSlot] ?? null;
  return content !== null && now - content.oldestAt > (slots.length - 1) * slotSeconds * 1_000;
}

/** Age of the oldest row, in milliseconds; 0 when there is none. */
export function oldestAgeMs({ now, slots }: RingState): number {
  return Math.max(0, ...slots.map((content) => (content === null ? 0 : now - content.oldestAt)));
}
