import { setTimeout as delay } from "node:timers/promises";

/** Waits; false when the signal ended the wait early. */
export async function abortableDelay(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await delay(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
