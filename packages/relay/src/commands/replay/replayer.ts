import { abortableDelay } from "../../abortable-delay.ts";
import { messageOf } from "../../errors.ts";
import type { IdRange } from "../../sql/replay-rows.ts";
import type { WindowRow } from "../../sql/window-query.ts";
import { dueEvents } from "../rate-schedule.ts";
import type { ReplayBounds } from "./replay-count.ts";

/** Ids that one statement walks over at most, when few of them are selected. */
const READ_SPAN = 50_000;
/** With a rate, batches come about this often. */
const TICK_MS = 50;

export interface ReplayerOptions {
  readonly bounds: ReplayBounds;
  readonly perSecond: number | null;
  readonly maxEvents: number;
  readonly read: (range: IdRange, maxEvents: number) => Promise<readonly WindowRow[]>;
  /** False when the signal ended it. */
  readonly send: (rows: readonly WindowRow[]) => Promise<boolean>;
  readonly onSent: (events: number) => void;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface Replayed {
  readonly events: number;
  /** Everything selected up to this id is acknowledged. */
  readonly doneToId: number;
  readonly isComplete: boolean;
  /** What stopped it; null when nothing or the signal did. */
  readonly failure: string | null;
  readonly elapsedMs: number;
}

/** Reads and sends batch by batch. Never rejects for what `read` or `send` throw: how far it came must be told. */
export async function replay(options: ReplayerOptions): Promise<Replayed> {
  const startedAt = options.now();
  let doneToId = options.bounds.fromId - 1;
  let events = 0;
  let failure: string | null = null;
  try {
    while (doneToId < options.bounds.toId && !options.signal.aborted) {
      const due = dueOf(options, events, options.now() - startedAt);
      if (due.events === 0) {
        await abortableDelay(due.waitMs, options.signal);
        continue;
      }
      const end = Math.min(doneToId + READ_SPAN, options.bounds.toId);
      const rows = await options.read({ afterId: doneToId, toId: end }, due.events);
      if (rows.length > 0 && !(await options.send(rows))) break;
      doneToId = Number(rows.at(-1)?.id ?? end);
      events += rows.length;
      options.onSent(events);
    }
  } catch (error) {
    failure = messageOf(error);
  }
  const isComplete = doneToId >= options.bounds.toId;
  return { events, doneToId, isComplete, failure, elapsedMs: options.now() - startedAt };
}

function dueOf(
  { perSecond, maxEvents }: ReplayerOptions,
  done: number,
  elapsedMs: number,
): ReturnType<typeof dueEvents> {
  const leastEvents = Math.max(1, Math.min(maxEvents, Math.floor(((perSecond ?? 0) * TICK_MS) / 1_000)));
  return dueEvents(perSecond, done, elapsedMs, { leastEvents, mostEvents: maxEvents });
}
