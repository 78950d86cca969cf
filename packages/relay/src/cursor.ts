import type { Snapshot } from "./snapshot.ts";

/**
 * How far the outbox is published.
 *
 * Between windows (`s2` null): everything visible in `s1`, nothing else.
 * Inside a window (`s2` set): that, and of the rows visible in `s2` but not in `s1` those with an id up to `lastId`.
 */
export interface Cursor {
  readonly s1: Snapshot;
  readonly s2: Snapshot | null;
  /** Between windows it only informs: an id near the newest published one. */
  readonly lastId: bigint;
}

/** The window `(s1, s2]` is published whole. */
export function afterWindow(cursor: Cursor, s2: Snapshot, lastId: bigint): Cursor {
  return { s1: s2, s2: null, lastId: lastId > cursor.lastId ? lastId : cursor.lastId };
}

/** Of the window `(s1, s2]` the rows up to `lastId` are published. */
export function insideWindow(cursor: Cursor, s2: Snapshot, lastId: bigint): Cursor {
  return { s1: cursor.s1, s2, lastId };
}

/**
 * Whether an advance without events is worth a save. A save is itself a transaction and so changes the next snapshot:
 * without this an idle relay would save for ever because of its own last save.
 */
export function isWorthSaving(saved: Cursor, current: Cursor): boolean {
  if (saved.s2 !== null || current.s2 !== null) return saved !== current;
  const isOwnSave = saved.s1.xip.length === 0 && current.s1.xip.length === 0 && current.s1.xmax - saved.s1.xmax <= 1n;
  return !isOwnSave;
}
