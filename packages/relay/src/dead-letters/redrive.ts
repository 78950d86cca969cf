import type { SendFailure } from "../publishers/lane-publisher.ts";
import type { EventProblem, QuietLanes, RefusedLane } from "../publishing/event-problems.ts";
import { sendVerdict } from "../publishing/send-verdict.ts";
import { emptyRowView } from "../rows/row-view.ts";
import type { FailedRedrive, RedrivenRow } from "../sql/redrive-rows.ts";
import { viewWindowRow } from "../sql/window-query.ts";

export interface RedriveOutcome {
  /** Acknowledged. */
  readonly published: readonly number[];
  /** Refused once more: of each key at most one, which what follows stays behind. */
  readonly failed: readonly (FailedRedrive & Pick<EventProblem, "topic" | "reason">)[];
  /** The other side's failure, which ended it early. */
  readonly pause: EventProblem | null;
}

/**
 * Publishes dead letters in the order given, as they were written. Behind one that is refused, nothing of its key is sent.
 * The only step of a redrive that Kafka sees.
 *
 * @returns null when it was given up: any of them may be stored
 */
export async function publishDeadLetters(
  lanes: QuietLanes,
  rows: readonly RedrivenRow[],
): Promise<RedriveOutcome | null> {
  const attempt = new Attempt();
  const pause = await attempt.append(lanes, rows);
  if (!(await lanes.flush(async (failure, lane) => attempt.refuse(failure, lane)))) return null;
  return { published: [...attempt.sent.keys()], failed: attempt.failed, pause };
}

class Attempt {
  readonly sent = new Map<number, RedrivenRow>();
  readonly failed: RedriveOutcome["failed"][number][] = [];
  readonly #stuck = new Set<string>();

  async append(lanes: QuietLanes, rows: readonly RedrivenRow[]): Promise<EventProblem | null> {
    const view = emptyRowView();
    for (const row of rows) {
      if (this.#stuck.has(orderOf(row))) continue;
      viewWindowRow(row, view);
      const problem = await lanes.append(view);
      if (problem === null) this.sent.set(view.id, row);
      else if (sendVerdict(problem.reason) === "pause") return problem;
      else this.#fail(row, problem);
    }
    return null;
  }

  refuse(failure: SendFailure, lane: RefusedLane): "parked" {
    for (const id of failure.ids) {
      const row = this.sent.get(id);
      if (row !== undefined && !this.#stuck.has(orderOf(row))) this.#fail(row, failure);
    }
    const removed = lane.unacknowledged().filter((id) => this.#isStuck(id) || failure.ids.includes(id));
    lane.remove(new Set(removed));
    for (const id of removed) this.sent.delete(id);
    return "parked";
  }

  #fail(row: RedrivenRow, { reason, message }: Pick<EventProblem, "reason" | "message">): void {
    this.#stuck.add(orderOf(row));
    this.failed.push({ id: Number(row.id), topic: row.topic, reason, message });
  }

  #isStuck(id: number): boolean {
    const row = this.sent.get(id);
    return row !== undefined && this.#stuck.has(orderOf(row));
  }
}

/** What must keep its order: a held key, or an event alone. */
function orderOf({ id, topic, key, holds_key }: RedrivenRow): string {
  return holds_key ? JSON.stringify([topic, key]) : id;
}
