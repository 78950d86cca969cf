import type { CursorRow } from "../../sql/cursor-rows.ts";
import { COUNTED_PENDING } from "../../sql/pending-events.ts";
import type { RelayInstance } from "../../sql/relay-instances.ts";
import { formatCount, formatSpan } from "../human-units.ts";
import type { OutboxSample } from "./outbox-sample.ts";

/**
 * - `idle`: nothing waits.
 * - `publishing`: something waits, and it is being published.
 * - `waiting`: something waits, and nothing was published between the two samples.
 * - `unattended`: shard groups have no living holder.
 */
export type OutboxState = "idle" | "publishing" | "waiting" | "unattended";

/** What `status --json` prints. Ages are in milliseconds; null is what cannot be known. */
export interface StatusReport {
  readonly at: string;
  readonly database: string;
  readonly state: OutboxState;
  readonly summary: string;
  readonly backlog: {
    readonly events: number;
    /** False for more than 200,000: then the number is an upper bound, and topics show the first of them. */
    readonly isExact: boolean;
    readonly oldestAgeMs: number | null;
    readonly topics: readonly { readonly topic: string; readonly events: number; readonly oldestAgeMs: number }[];
  };
  readonly rates: StatusRates | null;
  /** At these rates; null when it does not shrink. */
  readonly drainedInMs: number | null;
  readonly groups: readonly StatusGroup[];
  readonly instances: readonly StatusInstance[] | null;
  readonly parked:
    | readonly {
        readonly topic: string;
        readonly reason: string;
        readonly events: number;
        readonly oldestAgeMs: number;
      }[]
    | null;
  /** What this database cannot tell, and why. */
  readonly unknown: readonly string[];
}

export interface StatusRates {
  readonly writtenPerSecond: number;
  readonly publishedPerSecond: number;
  /** False when the backlog is too long to count: then derived from ids, which rollbacks make too high. */
  readonly isExact: boolean;
  readonly overMs: number;
}

export interface StatusGroup {
  readonly group: number;
  readonly shards: string;
  /** For people. */
  readonly holder: string | null;
  /** The `id` of one of the instances. */
  readonly holderId: string | null;
  readonly epoch: number;
  /** Negative once it has run out; null without holder, or on a database without leases. */
  readonly leaseLeftMs: number | null;
  readonly savedAgeMs: number | null;
}

export interface StatusInstance {
  readonly id: string;
  readonly name: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly groups: number;
  readonly upMs: number | null;
  readonly seenAgeMs: number | null;
  readonly isLiving: boolean | null;
}

/** How long an event may wait, with nothing published meanwhile, before that is worth a word. */
const PATIENCE_MS = 5_000;

/** @param before an earlier sample, for the rates; null when there is none */
export function statusReport(database: string, before: OutboxSample | null, now: OutboxSample): StatusReport {
  const rates = before === null ? null : ratesBetween(before, now);
  const backlog = backlogOf(now);
  const groups = now.cursors.map((cursor) => groupOf(cursor, now));
  const unattended = groups.filter((group, index) => isUnattended(group, now.cursors[index] as CursorRow));
  const state = stateOf(backlog, rates, unattended.length);
  const drain = rates === null ? 0 : rates.publishedPerSecond - rates.writtenPerSecond;
  return {
    at: now.at.toISOString(),
    database,
    state,
    summary: summaryOf(state, backlog, unattended),
    backlog,
    rates,
    drainedInMs: backlog.events > 0 && drain > 0 ? Math.round((backlog.events / drain) * 1_000) : null,
    groups,
    instances: now.instances?.map((instance) => instanceOf(instance, now)) ?? null,
    parked: now.parked?.map(({ oldestAt, ...parked }) => ({ ...parked, oldestAgeMs: ageMs(oldestAt, now) })) ?? null,
    unknown: unknownIn(now, rates),
  };
}

function backlogOf(sample: OutboxSample): StatusReport["backlog"] {
  const counted = countPending(sample);
  const isExact = isCountable(sample);
  const topics = sample.pending.map(({ topic, events, oldestAt }) => ({
    topic,
    events,
    oldestAgeMs: ageMs(oldestAt, sample),
  }));
  const lowestId = Math.min(sample.topId, ...sample.cursors.map(({ lastId }) => lastId));
  return {
    events: isExact ? counted : Math.max(counted, sample.topId - lowestId),
    isExact,
    oldestAgeMs: topics.length === 0 ? null : Math.max(...topics.map(({ oldestAgeMs }) => oldestAgeMs)),
    topics,
  };
}

function ratesBetween(before: OutboxSample, now: OutboxSample): StatusRates | null {
  const overMs = now.at.getTime() - before.at.getTime();
  if (overMs <= 0) return null;
  const perSecond = (events: number): number => Math.max(0, Math.round((events / overMs) * 10_000) / 10);
  const written = now.topId - before.topId;
  const isExact = isCountable(before) && isCountable(now);
  const published = isExact ? written - (countPending(now) - countPending(before)) : meanAdvance(before, now);
  return { writtenPerSecond: perSecond(written), publishedPerSecond: perSecond(published), isExact, overMs };
}

/** Every group passes over the ids of all: what they advanced by on average is what they published together. */
function meanAdvance(before: OutboxSample, now: OutboxSample): number {
  const sum = (sample: OutboxSample): number => sample.cursors.reduce((ids, { lastId }) => ids + lastId, 0);
  return (sum(now) - sum(before)) / Math.max(1, now.cursors.length);
}

function countPending({ pending }: OutboxSample): number {
  return pending.reduce((sum, { events }) => sum + events, 0);
}

function isCountable(sample: OutboxSample): boolean {
  return countPending(sample) <= COUNTED_PENDING;
}

function groupOf(cursor: CursorRow, sample: OutboxSample): StatusGroup {
  const instance = sample.instances?.find(({ id }) => id === cursor.holder);
  return {
    group: cursor.group,
    shards: `${cursor.shards[0]}-${cursor.shards.at(-1)}`,
    holder: instance === undefined ? cursor.holder : `${instance.name} (${instance.host}, pid ${instance.pid})`,
    holderId: cursor.holder,
    epoch: cursor.epoch,
    leaseLeftMs:
      cursor.leaseUntil instanceof Date && cursor.holder !== null ? -ageMs(cursor.leaseUntil, sample, true) : null,
    savedAgeMs: cursor.savedAt === null ? null : ageMs(cursor.savedAt, sample),
  };
}

/** Where there are leases. An older database keeps the name of whoever held it last. */
function isUnattended(group: StatusGroup, cursor: CursorRow): boolean {
  return cursor.leaseUntil !== undefined && (group.leaseLeftMs === null || group.leaseLeftMs <= 0);
}

function instanceOf(instance: RelayInstance, sample: OutboxSample): StatusInstance {
  const { id, name, host, pid, version, startedAt, seenAt, expiresAt } = instance;
  return {
    id,
    name,
    host,
    pid,
    version,
    groups: sample.cursors.filter(({ holder }) => holder === id).length,
    upMs: startedAt === null ? null : ageMs(startedAt, sample),
    seenAgeMs: seenAt === null ? null : ageMs(seenAt, sample),
    isLiving: expiresAt === null ? null : expiresAt > sample.at,
  };
}

function stateOf(backlog: StatusReport["backlog"], rates: StatusRates | null, unattended: number): OutboxState {
  if (unattended > 0) return "unattended";
  if (backlog.events === 0) return "idle";
  const isStill = rates !== null && rates.publishedPerSecond === 0 && (backlog.oldestAgeMs ?? 0) > PATIENCE_MS;
  return isStill ? "waiting" : "publishing";
}

function summaryOf(
  state: OutboxState,
  { events, isExact, oldestAgeMs }: StatusReport["backlog"],
  unattended: readonly StatusGroup[],
): string {
  const waits =
    events === 0
      ? "nothing waits"
      : `${isExact ? "" : "up to "}${formatCount(events)} ${events === 1 ? "event waits" : "events wait"}, the oldest ` +
        `for ${formatSpan(oldestAgeMs ?? 0)}`;
  switch (state) {
    case "idle":
    case "publishing":
      return waits;
    case "waiting":
      return `${waits}, and nothing is being published: GET /readyz of the relay says why; \`outbox-relay doctor\` looks for causes`;
    case "unattended":
      return (
        `${waits}, and no living relay holds ${unattended.length === 1 ? "group" : "groups"} ` +
        `${unattended.map(({ group }) => group).join(", ")}: start \`outbox-relay run\``
      );
  }
}

function unknownIn({ instances, parked, cursors }: OutboxSample, rates: StatusRates | null): string[] {
  const missing = [
    ...(cursors.some(({ leaseUntil }) => leaseUntil === undefined) ? ["leases"] : []),
    ...(instances === null ? ["instances"] : []),
    ...(parked === null ? ["parked events"] : []),
  ];
  return [
    ...(missing.length > 0
      ? [`${missing.join(", ")}: this database lacks the tables of a newer version; \`outbox-relay migrate\` adds them`]
      : []),
    ...(rates === null ? ["rates: they need two samples"] : []),
  ];
}

function ageMs(at: Date, sample: OutboxSample, mayBeAhead = false): number {
  const age = sample.at.getTime() - at.getTime();
  return mayBeAhead ? age : Math.max(0, age);
}
