import { setTimeout as delay } from "node:timers/promises";
import type { Settlement } from "./books.ts";

/** What the shop has still to do, a sentence each; empty when everything has settled. Pure. */
export function unsettled(
  { events, handled, orders }: Settlement,
  subscriptions: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const missing: string[] = [];
  for (const status of ["PLACED", "CONFIRMED", "SHIPPED"]) {
    const count = orders.get(status) ?? 0;
    if (count > 0) missing.push(`${count} orders are still ${status}`);
  }
  for (const [groupId, types] of subscriptions) {
    const expected = [...types].reduce((sum, type) => sum + (events.get(type) ?? 0), 0);
    const count = handled.get(groupId) ?? 0;
    if (count < expected) missing.push(`the group ${groupId} has handled ${count} of its ${expected} events`);
  }
  return missing;
}

const POLL_MS = 100;

export interface SettleOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onProgress: (missing: string) => void;
  /** What may be behind it, a sentence each: asked for when the deadline has passed. */
  readonly explain: () => Promise<readonly string[]>;
}

/**
 * Waits until nothing is missing.
 *
 * @param look what is missing now
 * @throws Error after `deadlineMs`, naming what is missing still
 */
export async function waitUntilSettled(look: () => Promise<readonly string[]>, options: SettleOptions): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    options.signal.throwIfAborted();
    const missing = await look();
    if (missing.length === 0) return;
    if (performance.now() - startedAt > options.deadlineMs) {
      const list = [...missing, ...(await options.explain())].map((line) => `\n  - ${line}`).join("");
      throw new Error(`the shop has not settled after ${options.deadlineMs / 1_000} s:${list}`);
    }
    options.onProgress(missing[0] ?? "");
    await delay(POLL_MS, undefined, { signal: options.signal });
  }
}
