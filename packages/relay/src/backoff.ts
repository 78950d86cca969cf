/** The first pause after a failure. */
const FIRST_MS = 100;

/**
 * Capped exponential backoff with equal jitter: half of the pause is fixed, half random, so that relays and clients
 * that failed together do not come back together.
 *
 * @param attempt counted from 0
 * @param random from [0, 1)
 */
export function backoffMs(attempt: number, maxMs: number, random: number = Math.random()): number {
  const ceiling = Math.min(FIRST_MS * 2 ** Math.min(attempt, 30), maxMs);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
