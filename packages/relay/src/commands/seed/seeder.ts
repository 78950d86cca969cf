import { abortableDelay } from "../../abortable-delay.ts";
import { dueEvents } from "../rate-schedule.ts";
import type { SeedInput } from "./seed-input.ts";
import { type SeededEvent, type SeededRow, seededRow } from "./seeded-event.ts";

/** A statement writes at most so many rows, and at least what 5 ms bring: fewer would only cost round trips. */
const MOST_ROWS = 1_000;
const TICK_MS = 5;
/** A statement takes at most about so many bytes. */
const MOST_BYTES = 8_000_000;

export interface SeederOptions {
  readonly input: SeedInput;
  readonly event: SeededEvent;
  /** Writes the rows in one transaction and returns the highest id. */
  readonly insert: (rows: readonly SeededRow[]) => Promise<number>;
  readonly onWritten: (events: number) => void;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

export interface Seeded {
  readonly events: number;
  readonly firstId: number | null;
  readonly lastId: number | null;
  readonly elapsedMs: number;
}

/** Writes events at the rate asked for, until count, duration or signal end it. */
export async function seed(options: SeederOptions): Promise<Seeded> {
  const { input, insert, onWritten, signal, now } = options;
  const startedAt = now();
  const limits = batchLimits(input);
  let events = 0;
  let firstId: number | null = null;
  let lastId: number | null = null;
  while (!signal.aborted && events < (input.count ?? Infinity)) {
    const elapsedMs = now() - startedAt;
    if (elapsedMs >= (input.durationMs ?? Infinity)) break;
    const due = dueEvents(input.perSecond, events, elapsedMs, limits);
    if (due.events === 0) {
      await abortableDelay(Math.min(due.waitMs, (input.durationMs ?? Infinity) - elapsedMs), signal);
      continue;
    }
    const count = Math.min(due.events, (input.count ?? Infinity) - events);
    lastId = await insert(makeRows(options, events, count));
    firstId ??= lastId - count + 1;
    events += count;
    onWritten(events);
  }
  return { events, firstId, lastId, elapsedMs: now() - startedAt };
}

function batchLimits({ perSecond, size }: SeedInput): { leastEvents: number; mostEvents: number } {
  const mostEvents = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_BYTES / Math.max(1, size))));
  const leastEvents = Math.max(1, Math.min(mostEvents, Math.floor((perSecond * TICK_MS) / 1_000)));
  return { leastEvents, mostEvents };
}

function makeRows({ input, event }: SeederOptions, from: number, count: number): SeededRow[] {
  const seededAt = new Date();
  return Array.from({ length: count }, (_, index) => {
    const number = from + index + 1;
    return seededRow(event, {
      run: input.run,
      key: `key-${number % input.keys}`,
      number: BigInt(number),
      seededAt,
      filler: fillerOf(input.size, number),
    });
  });
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** Different for each event, so that compression does not make a rehearsal cheaper than the real thing. */
function fillerOf(size: number, seedNumber: number): string {
  let state = (seedNumber * 2_654_435_761) >>> 0;
  let text = "";
  while (text.length < size) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += LETTERS[(state >>> 16) % LETTERS.length];
  }
  return text;
}
