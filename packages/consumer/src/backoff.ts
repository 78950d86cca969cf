/** How delays grow from one failure to the next. */
export interface BackoffSettings {
  /** Ceiling of the first delay, in milliseconds. */
  readonly retryBaseMs: number;
  /** Ceiling of every delay, in milliseconds. */
  readonly retryMaxMs: number;
}

/**
 * The delay after the n-th failure in a row: doubling, capped, of which one half is fixed and the other random
 * ("equal jitter"), so that partitions that failed together do not come back together, and none comes back at once.
 *
 * @param failures 1 after the first failure
 * @param random a number in [0, 1)
 */
export function backoffMs(failures: number, settings: BackoffSettings, random: number): number {
  const ceiling = Math.min(settings.retryMaxMs, settings.retryBaseMs * 2 ** (failures - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
