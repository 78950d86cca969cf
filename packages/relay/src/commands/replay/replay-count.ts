import type pg from "pg";
import { countReplay, type ReplayCount, type ReplayScope, type ReplaySelection } from "../../sql/replay-rows.ts";
import { formatBytes, formatCount } from "../human-units.ts";
import { textTable } from "../text-table.ts";

/** Ids counted by one statement: about half a second. */
const COUNT_SPAN = 1_000_000;

/** The ids that a replay goes over. */
export interface ReplayBounds {
  /** The first id that may be taken. */
  readonly fromId: number;
  readonly toId: number;
}

/** What retention and the selection leave. @param oldestId of the rows that are left; null in an empty outbox */
export function replayBounds(selection: ReplaySelection, oldestId: number | null, topId: number): ReplayBounds {
  const least = oldestId ?? topId + 1;
  return { fromId: Math.max(least, selection.fromId ?? least), toId: Math.min(topId, selection.toId ?? topId) };
}

/** What of the selection retention may have taken already; null when nothing. Pure. */
export function truncationNote(
  { fromId, from }: ReplaySelection,
  oldest: { readonly id: number; readonly occurredAt: Date } | null,
): string | null {
  if (oldest === null) return "the outbox is empty: whatever there was, retention has truncated";
  if (oldest.id === 1) return null;
  const left = `retention has left rows from ${oldest.id}, written at ${oldest.occurredAt.toISOString()}, on`;
  if (fromId !== null) return fromId < oldest.id ? `rows ${fromId} to ${oldest.id - 1} are gone: ${left}` : null;
  if (from !== null)
    return from < oldest.occurredAt ? `events from ${from.toISOString()} on may be gone: ${left}` : null;
  return `earlier events are gone: ${left}`;
}

/** Counts in stretches, so that the signal is heeded; what was counted until then is returned. */
export async function countSelection(
  client: pg.Client,
  scope: ReplayScope,
  { fromId, toId }: ReplayBounds,
  signal: AbortSignal,
): Promise<ReplayCount[]> {
  const counts: ReplayCount[] = [];
  for (let afterId = fromId - 1; afterId < toId && !signal.aborted; afterId += COUNT_SPAN) {
    const end = Math.min(afterId + COUNT_SPAN, toId);
    counts.push(...(await countReplay(client, scope, { afterId, toId: end })));
  }
  const groups = Map.groupBy(counts, ({ topic, state }) => `${state} ${topic}`);
  return [...groups.values()].map(sumOf).sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** How many of them have this state. */
export function eventsIn(counts: readonly ReplayCount[], state: ReplayCount["state"]): number {
  return counts.filter((count) => count.state === state).reduce((sum, { events }) => sum + events, 0);
}

/** What a dry run says. */
export function dryRunText(counts: readonly ReplayCount[], toTopic: string | null, notes: readonly string[]): string {
  const published = counts.filter(({ state }) => state === "published");
  const table = textTable(
    [
      { title: "TOPIC" },
      { title: "EVENTS", align: "right" },
      { title: "SIZE", align: "right" },
      { title: "ROWS" },
      { title: "WRITTEN" },
    ],
    published.map(({ topic, events, bytes, firstId, lastId, firstAt, lastAt }) => [
      toTopic === null || toTopic === topic ? topic : `${topic} -> ${toTopic}`,
      formatCount(events),
      formatBytes(bytes),
      `${firstId}-${lastId}`,
      `${firstAt.toISOString()} to ${lastAt.toISOString()}`,
    ]),
  );
  const total = eventsIn(counts, "published");
  const lines = [
    ...(published.length === 0 ? [] : [...table, ""]),
    `${formatCount(total)} ${total === 1 ? "event" : "events"} would be replayed`,
    ...notes,
  ];
  return `${lines.join("\n")}\n`;
}

/** What is selected and not taken, and why. */
export function leftOut(counts: readonly ReplayCount[]): string[] {
  const pending = eventsIn(counts, "pending");
  const parked = eventsIn(counts, "parked");
  const discarded = eventsIn(counts, "discarded");
  return [
    ...(pending > 0 ? [`left out: ${formatCount(pending)} pending, which the relay publishes in their turn`] : []),
    ...(parked > 0
      ? [`left out: ${formatCount(parked)} parked, which \`outbox-relay dead-letters redrive\` is for`]
      : []),
    ...(discarded > 0 ? [`left out: ${formatCount(discarded)} discarded`] : []),
  ];
}

function sumOf(parts: readonly ReplayCount[]): ReplayCount {
  return parts.reduce((sum, part) => ({
    ...sum,
    events: sum.events + part.events,
    bytes: sum.bytes + part.bytes,
    firstId: Math.min(sum.firstId, part.firstId),
    lastId: Math.max(sum.lastId, part.lastId),
    firstAt: sum.firstAt < part.firstAt ? sum.firstAt : part.firstAt,
    lastAt: sum.lastAt > part.lastAt ? sum.lastAt : part.lastAt,
  }));
}
