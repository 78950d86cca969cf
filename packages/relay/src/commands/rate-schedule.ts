/** What a rate allows by now, and how long until it allows more. */
export interface Due {
  readonly events: number;
  /** 0 when some are due. */
  readonly waitMs: number;
}

/**
 * An open schedule: what is due depends on the time since the start alone, so a slow moment is caught up and the rate
 * holds on average.
 *
 * @param perSecond null: as fast as it goes
 * @param mostEvents in one go
 */
export function dueEvents(
  perSecond: number | null,
  done: number,
  elapsedMs: number,
  { leastEvents, mostEvents }: { readonly leastEvents: number; readonly mostEvents: number },
): Due {
  if (perSecond === null) return { events: mostEvents, waitMs: 0 };
  const due = Math.floor((elapsedMs / 1_000) * perSecond) - done;
  if (due >= leastEvents) return { events: Math.min(due, mostEvents), waitMs: 0 };
  const readyAtMs = ((done + leastEvents) / perSecond) * 1_000;
  return { events: 0, waitMs: Math.max(1, Math.ceil(readyAtMs - elapsedMs)) };
}
