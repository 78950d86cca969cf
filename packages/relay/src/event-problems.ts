/**
 * The seam between the pipeline and what becomes of events that cannot be published as things are.
 *
 *   row read ──► isBehind? ── yes ──► parkBehind ──► not appended
 *                   │ no
 *                   ▼
 *              appendable? ── no ──► onRow ── "parked" ──► not appended, the batch goes on
 *                   │ yes              └───── "hold" ────► the batch ends before it; read again after a pause
 *                   ▼
 *                append ──► send ── failure of records or topics ──► onSend ── "parked" ──► lane.remove done, repeat
 *                                                                       └───── "hold" ────► pause, repeat
 *
 * What the pipeline promises: `onRow` and `parkBehind` come in the order of a strand's rows, one at a time; `onSend` comes
 * while nothing of that lane is in flight, but possibly while a later batch is being filled (a row of a key that is marked
 * as held before the first await of `onSend` meets `isBehind`). No cursor moves past a row before the promise that parked
 * it has resolved: what is parked must be committed by then.
 */
import type { PublisherLane, RowView, SendFailure } from "./publishers/lane-publisher.ts";
import type { ProblemReason } from "./send-verdict.ts";

/** Why an event is not published, in words that can be logged. */
export interface EventProblem {
  readonly reason: ProblemReason;
  /** `waybill.outbox.id` of the event, or of the first of them. */
  readonly id: number;
  readonly topic: string;
  readonly message: string;
}

/**
 * - `hold`: nothing is published past the event; the same is tried again after a pause.
 * - `parked`: the event is safe elsewhere; publishing goes on without it.
 */
export type ProblemVerdict = "hold" | "parked";

/** What {@link EventProblems.useLanes} may do while no batch is in flight. */
export interface QuietLanes {
  laneOf(shard: number): PublisherLane;
  /**
   * Appends a row to its lane if that is possible now. Looks at nothing but the topic, the schema and the headers.
   *
   * @returns null when appended
   */
  append(row: RowView): Promise<EventProblem | null>;
}

/** Made anew for every session; every call is for shards that this instance holds. */
export interface EventProblems {
  /** After groups of shards were claimed, before the first row of them is read. */
  onClaimed(groups: readonly number[]): Promise<void>;
  /** Whether an earlier event of the row's key waits elsewhere. Asked for every row: must be cheap. */
  isBehind(row: RowView): boolean;
  /** Takes a row that `isBehind`. The view is valid until this settles. */
  parkBehind(row: RowView): Promise<void>;
  /** A row that cannot be appended, for a reason whose verdict is not `pause`. The view is valid until this settles. */
  onRow(problem: EventProblem, row: RowView): Promise<ProblemVerdict>;
  /**
   * A send failed for a reason whose verdict is not `pause`. `parked` only when every id of the failure has been taken out
   * of the lane by `lane.remove`.
   *
   * @param upTo the highest id appended so far: rows of a key after the offender lie at or below it
   */
  onSend(failure: SendFailure, lane: PublisherLane, upTo: number): Promise<ProblemVerdict>;
  /** Whether the lanes are wanted empty, to publish what was parked: `useLanes` is called soon then. */
  readonly wantsLanes: boolean;
  /** No batch is filled or in flight until this settles. */
  useLanes(lanes: QuietLanes): Promise<void>;
}

/** Without dead letters: every problem holds what comes after it. */
export class HoldAtProblem implements EventProblems {
  readonly wantsLanes = false;

  async onClaimed(): Promise<void> {}
  isBehind(): boolean {
    return false;
  }
  async parkBehind(): Promise<void> {}
  async onRow(): Promise<ProblemVerdict> {
    return "hold";
  }
  async onSend(): Promise<ProblemVerdict> {
    return "hold";
  }
  async useLanes(): Promise<void> {}
}
