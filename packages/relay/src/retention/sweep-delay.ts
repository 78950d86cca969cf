const LONGEST_SWEEP_MS = 10_000;
const SHORTEST_SWEEP_MS = 100;
const FIRST_LOCK_RETRY_MS = 10_000;
const LONGEST_LOCK_RETRY_MS = 300_000;

/** From one look at the ring to the next: several in the time of a slot, at most one every 100 ms. */
export function sweepIntervalMs(slotSeconds: number | null): number {
  if (slotSeconds === null) return LONGEST_SWEEP_MS;
  return Math.min(Math.max((slotSeconds * 1_000) / 8, SHORTEST_SWEEP_MS), LONGEST_SWEEP_MS);
}

/**
 * Before a slot that was locked is tried again. Each try makes those who read or write the slot wait for up to 50 ms, and
 * while a transaction that has used it is open, none can succeed.
 *
 * @param attempts that have failed, from 1
 */
export function lockRetryMs(attempts: number): number {
  return Math.min(FIRST_LOCK_RETRY_MS * 2 ** Math.min(attempts - 1, 30), LONGEST_LOCK_RETRY_MS);
}
