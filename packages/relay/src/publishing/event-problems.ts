/**
 * The seam between the pipeline and what becomes of events that cannot be published as things are.
 *
 *   row read ──► setAside? ── yes ──► not appended
 *                   │ no
 *                   ▼
 *              appendable? ── no ──► onRow ── "parked" ──► not appended, the batch goes on
 *                   │ yes              └───── "hold" ────► the batch ends before it; read again after a pause
 *                   ▼
 *                append ──► rows read: store ──► send ── failure of records or topics ──► onSend
 *                                                              "parked": lane.remove done, repeat ◄──┤
 *                                                              "hold": pause, repeat ◄───────────────┘
 *
 * What the pipeline promises: `setAside` and `onRow` come in the order of a strand's rows, one at a time; `store` comes after
 * the rows of a batch and before any cursor can move past them; `onSend` comes while nothing of that lane is in flight, but
 * possibly while a later batch is being filled, and for several lanes at once.
 */
import type { PublisherLane, RowView, SendFailure } from "../publishers/lane-publisher.ts";
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
 * - `parked`: the event is, or will be by the next `store`, safe elsewhere; publishing goes on without it.
 */
export type ProblemVerdict = "hold" | "parked";

/** What of a lane that is between two attempts. */
export type RefusedLane = Pick<PublisherLane, "unacknowledged" | "remove">;

/** Answers for a failure whose verdict is not `pause`. `parked`: its ids are out of the lane. */
export type OnRefused = (failure: SendFailure, lane: RefusedLane) => Promise<ProblemVerdict>;

/** What {@link EventProblems.useLanes} may do while no batch is filled or in flight. */
export interface QuietLanes {
  /**
   * Appends a row to its lane if that is possible now. Looks at nothing but the topic, the schema and the headers.
   *
   * @returns null when appended
   */
  append(row: RowView): Promise<EventProblem | null>;
  /**
   * Sends what was appended until all of it is acknowledged or removed, as long as that takes. False when it was given up
   * before: any of it may be stored.
   */
  flush(onRefused: OnRefused): Promise<boolean>;
}

/** Made anew for every session; every call is for shards that this instance holds. */
export interface EventProblems {
  /** After groups of shards were claimed, before the first row of them is read. */
  onClaimed(groups: readonly number[]): Promise<void>;
  /** The groups are another's from now on. */
  onReleased(groups: readonly number[]): void;
  /** Whether the row shall not be published now; then it is taken. Asked for every row: must be cheap. */
  setAside(row: RowView): boolean;
  /** A row that cannot be appended, for a reason whose verdict is not `pause`. The view is valid during the call. */
  onRow(problem: EventProblem, row: RowView): ProblemVerdict;
  /** Commits what was taken by `setAside` and `onRow`: a cursor moves past it right after. */
  store(): Promise<void>;
  /**
   * A send failed for a reason whose verdict is not `pause`.
   *
   * @param filling ids of the rows of the batch that is being filled, as they are when it is called
   */
  onSend(failure: SendFailure, lane: RefusedLane, filling: () => readonly number[]): Promise<ProblemVerdict>;
  /** Whether the lanes are wanted empty, to publish what was parked: `useLanes` is called soon then. */
  readonly wantsLanes: boolean;
  /** No batch is filled or in flight until this settles, and all cursors are saved. */
  useLanes(lanes: QuietLanes): Promise<void>;
}
