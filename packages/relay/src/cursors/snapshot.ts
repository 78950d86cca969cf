/**
 * PostgreSQL's `pg_snapshot`: transactions below `xmin` had ended, those from `xmax` on had not begun, and of those
 * between, the ones in `xip` were running. Source: PostgreSQL manual, "Transaction ID and Snapshot Information".
 */
export interface Snapshot {
  readonly xmin: bigint;
  readonly xmax: bigint;
  readonly xip: readonly bigint[];
  /** PostgreSQL's own text, for queries and for the test of equality. */
  readonly text: string;
}

/** @throws SyntaxError when the text is not `xmin:xmax:xip,xip,…` */
export function parseSnapshot(text: string): Snapshot {
  const match = /^(\d+):(\d+):((?:\d+(?:,\d+)*)?)$/.exec(text);
  if (match === null) throw new SyntaxError(`not a pg_snapshot: ${JSON.stringify(text)}`);
  const [, xmin = "", xmax = "", xip = ""] = match;
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: xip === "" ? [] : xip.split(",").map(BigInt), text };
}

/**
 * The transactions that were running in `before` and had ended in `after`. Their rows have ids and xids below those of
 * rows that are published already: a reader that leaves them out loses events.
 */
export function finishedBetween(before: Snapshot, after: Snapshot): bigint[] {
  const running = new Set(after.xip);
  return before.xip.filter((xid) => !running.has(xid) && xid < after.xmax);
}

/**
 * Whether every transaction that `before` sees is seen by `after` too: only then is there a window from the one to the
 * other. Of two snapshots of one server the later one is always at or after the earlier one.
 */
export function isAtOrAfter(after: Snapshot, before: Snapshot): boolean {
  if (after.xmax < before.xmax) return false;
  const unseenBefore = new Set(before.xip);
  return after.xip.every((xid) => xid >= before.xmax || unseenBefore.has(xid));
}
