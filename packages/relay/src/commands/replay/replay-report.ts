import type { ReplayCount, ReplayScope } from "../../sql/replay-rows.ts";
import { formatCount, formatRate, formatSpan } from "../human-units.ts";
import { eventsIn, leftOut, type ReplayBounds } from "./replay-count.ts";
import { REPLAY_ID_HEADER } from "./replay-headers.ts";
import type { ReplayInput } from "./replay-input.ts";
import type { Replayed } from "./replayer.ts";

/** What a replay is going to do. */
export interface ReplayPlan {
  readonly scope: ReplayScope;
  readonly bounds: ReplayBounds;
  readonly counts: readonly ReplayCount[];
  /** Types that were asked for and that no stored schema names. */
  readonly unknownTypes: readonly string[];
  /** What of the selection retention has taken; null when nothing. */
  readonly truncated: string | null;
}

/** What `replay --json` prints. */
export interface ReplayReport {
  readonly replayId: string;
  readonly isDryRun: boolean;
  readonly toTopic: string | null;
  readonly selected: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly events: number;
    readonly bytes: number;
    readonly firstId: number;
    readonly lastId: number;
  }[];
  readonly leftOut: { readonly pending: number; readonly parked: number; readonly discarded: number };
  readonly truncated: string | null;
  readonly replayed: number;
  readonly isComplete: boolean;
  /** The flags to go on with, beside those for key, type, topic and rate; null when it is complete or a dry run. */
  readonly resume: string | null;
  readonly failure: string | null;
  readonly elapsedMs: number;
  readonly notes: readonly string[];
}

/** @param done null for a dry run */
export function replayReport(input: ReplayInput, plan: ReplayPlan, done: Replayed | null): ReplayReport {
  const { counts, truncated } = plan;
  return {
    replayId: input.replayId,
    isDryRun: done === null,
    toTopic: input.toTopic,
    selected: eventsIn(counts, "published"),
    topics: counts
      .filter(({ state }) => state === "published")
      .map(({ topic, events, bytes, firstId, lastId }) => ({
        topic,
        events,
        bytes,
        firstId,
        lastId,
      })),
    leftOut: {
      pending: eventsIn(counts, "pending"),
      parked: eventsIn(counts, "parked"),
      discarded: eventsIn(counts, "discarded"),
    },
    truncated,
    replayed: done?.events ?? 0,
    isComplete: done?.isComplete ?? true,
    resume: done === null || done.isComplete ? null : resumeFlags(input, plan, done),
    failure: done?.failure ?? null,
    elapsedMs: Math.round(done?.elapsedMs ?? 0),
    notes: planNotes(plan),
  };
}

/** What a person should know beside the figures. */
export function planNotes({ counts, unknownTypes, truncated }: ReplayPlan): string[] {
  return [
    ...leftOut(counts),
    ...unknownTypes.map((type) => `note: no schema in waybill.schema was stored for ${type}: is it spelt like that?`),
    ...(truncated === null ? [] : [`note: ${truncated}`]),
  ];
}

/** The outcome for people. */
export function replayText(report: ReplayReport): string {
  const { replayed, elapsedMs, replayId, toTopic, notes } = report;
  const perSecond = (replayed / Math.max(1, elapsedMs)) * 1_000;
  const where = toTopic === null ? "to their topics" : `to ${toTopic}`;
  const lines = [
    `replayed ${formatCount(replayed)} ${replayed === 1 ? "event" : "events"} ${where} in ${formatSpan(elapsedMs)} ` +
      `(${formatRate(perSecond)}), ${REPLAY_ID_HEADER}: ${replayId}`,
    ...notes,
  ];
  return `${lines.join("\n")}\n`;
}

/** Why it is not complete, and how to go on. */
export function stopMessage({ failure, replayed, selected, resume }: ReplayReport): string {
  const why = failure ?? "it was interrupted";
  const end = /[.!]$/.test(why) ? "" : ".";
  return (
    `the replay stopped after ${formatCount(replayed)} of ${formatCount(selected)} events: ${why}${end} Go on with ` +
    `${resume} and the other flags as they were; up to one batch comes twice.`
  );
}

/** With both ends of the rows, and times in place of spans: so that another day it is the same selection. */
function resumeFlags({ selection, replayId }: ReplayInput, { bounds }: ReplayPlan, { doneToId }: Replayed): string {
  const { from, to } = selection;
  const flags = [
    `--from-id ${doneToId + 1} --to-id ${bounds.toId}`,
    ...(from === null ? [] : [`--from ${from.toISOString()}`]),
    ...(to === null ? [] : [`--to ${to.toISOString()}`]),
    `--replay-id ${replayId}`,
  ];
  return flags.join(" ");
}
