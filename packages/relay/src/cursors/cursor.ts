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
  readonly lastId: number;
}

/** The window `(s1, s2]` is published whole. */
export function afterWindow(cursor: Cursor, s2: Snapshot, lastId: number): Cursor {
  return { s1: s2, s2: null, lastId: Math.max(lastId, cursor.lastId) };
}

/** Of the window `(s1, s2]` the rows up to `lastId` are published. */
export function insideWindow(cursor: Cursor, s2: Snapshot, lastId: number): Cursor {
  return { s1: cursor.s1, s2, lastId };
}

/** Whether both say the same of every row. */
export function isSamePosition(a: Cursor, b: Cursor): boolean {
  if (a === b) return true;
  if (a.s1.text !== b.s1.text || a.s2?.text !== b.s2?.text) return false;
  return a.s2 === null || a.lastId === b.lastId;
}
