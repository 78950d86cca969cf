/**
 * Problems of a topic or of one of its schemas, which a person may be about to mend: how long they have lasted, and whether
 * rows that meet them need be tried at all.
 *
 *   first seen ──► WAITING: every row holds ── parkAfterMs ──► CLOSED: rows are parked untried
 *                     │                                          ▲ │ trialMs
 *                     │                              seen again  │ ▼
 *   FORGOTTEN ◄───────┴── forgetMs since the first let through ─ TRIAL: rows are let through
 */
import type { RowView } from "../publishers/lane-publisher.ts";
import type { EventProblem } from "../publishing/event-problems.ts";
import type { ProblemReason } from "../publishing/send-verdict.ts";

/** Topics in trouble that are remembered; more of them wait anew each time. */
const MAX_TOPICS = 10_000;

interface Trouble {
  readonly reason: ProblemReason;
  readonly message: string;
  /** Which schema of the topic it is about; null: the topic itself. */
  readonly schema: string | null;
  readonly since: number;
  seenAt: number;
  /** When the first row was let through since; null: none. */
  triedAt: number | null;
}

export interface TopicTroublesOptions {
  readonly parkAfterMs: number;
  readonly trialMs: number;
  /** Longer than the outcome of a row that was let through may take. */
  readonly forgetMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export class TopicTroubles {
  readonly #options: TopicTroublesOptions;
  readonly #topics = new Map<string, Trouble[]>();

  constructor(options: TopicTroublesOptions) {
    this.#options = options;
  }

  /** Notes that a problem was met; whether it has lasted long enough. @param row the row of a problem of its schema */
  note({ reason, topic, message }: Omit<EventProblem, "id">, row: RowView | null): boolean {
    const now = this.#options.now();
    const schema = row !== null && isOfSchema(reason) ? schemaName(row) : null;
    const troubles = this.#remembered(topic, now);
    let trouble = troubles.find((known) => known.reason === reason && known.schema === schema);
    if (trouble === undefined) {
      trouble = { reason, message, schema, since: now, seenAt: now, triedAt: null };
      if (this.#topics.size >= MAX_TOPICS) this.#topics.clear();
      this.#topics.set(topic, [...troubles, trouble]);
    }
    trouble.seenAt = now;
    trouble.triedAt = null;
    return now - trouble.since >= this.#options.parkAfterMs;
  }

  /** What keeps the row from being worth a try; null: try it. Asked for every row. */
  closed(row: RowView): Omit<EventProblem, "id"> | null {
    if (this.#topics.size === 0 || !this.#topics.has(row.topic)) return null;
    const now = this.#options.now();
    const { parkAfterMs, trialMs } = this.#options;
    const schema = schemaName(row);
    for (const trouble of this.#remembered(row.topic, now)) {
      if (trouble.schema !== null && trouble.schema !== schema) continue;
      const isOver = now - trouble.since >= parkAfterMs;
      const { reason, message } = trouble;
      if (isOver && now - trouble.seenAt < trialMs) return { reason, message, topic: row.topic };
      trouble.triedAt ??= now;
    }
    return null;
  }

  #remembered(topic: string, now: number): Trouble[] {
    const troubles = this.#topics.get(topic) ?? [];
    const kept = troubles.filter(({ triedAt }) => triedAt === null || now - triedAt < this.#options.forgetMs);
    if (kept.length === troubles.length) return troubles;
    if (kept.length === 0) this.#topics.delete(topic);
    else this.#topics.set(topic, kept);
    return kept;
  }
}

function isOfSchema(reason: ProblemReason): boolean {
  return reason === "schema-unknown" || reason === "schema-rejected";
}

function schemaName({ schemaIdHigh, schemaIdLow }: RowView): string {
  return `${schemaIdHigh} ${schemaIdLow}`;
}
