export interface PollDelays {
  /** The pause after a poll that found events. */
  readonly pollBusyMs: number;
  /** The longest pause, reached by doubling while nothing comes. */
  readonly pollIdleMs: number;
}

/** Snaps back to the busy pause the moment events flow, and doubles towards the idle one while none do. */
export function nextPollDelayMs(previousMs: number, foundEvents: boolean, delays: PollDelays): number {
  if (foundEvents) return delays.pollBusyMs;
  return Math.min(Math.max(previousMs, 1) * 2, delays.pollIdleMs);
}
