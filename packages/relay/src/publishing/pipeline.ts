/**
 * Publishes batch k while batch k + 1 is read into the lanes' other buffers.
 *
 *   EMPTY ──► begin, rows ──► FILLED ──► settle (k is through) ──► launch ──► IN FLIGHT (and EMPTY for the next)
 *     ▲                          │                                               │
 *     └───────── reset ◄─────────┴──────── abandon: between two attempts ◄───────┘
 *
 * One batch in flight and one filled: memory is bounded by two batches whatever the backlog, and a slow broker is felt by
 * the reader as a `settle` that takes long. Batches go through whole and in order, so their checkpoints do as well.
 */
import { abortableDelay } from "../abortable-delay.ts";
import { groupOf } from "../cursors/shard-groups.ts";
import type { LanePublisher, PublisherLane, SendFailure } from "../publishers/lane-publisher.ts";
import type { Batch } from "../reader/strand.ts";
import type { EventProblem, EventProblems, OnRefused, ProblemVerdict, QuietLanes } from "./event-problems.ts";
import { LaneRunner, type PublishObserver } from "./lane-runner.ts";
import { RowIntake } from "./row-intake.ts";
import type { SchemaIds } from "./schema-ids.ts";

export interface PipelineOptions {
  readonly publisher: LanePublisher;
  /** Empty ones, which the groups are spread over; a group belongs to one. */
  readonly lanes: readonly PublisherLane[];
  /** With transactional lanes, of which each group has its own; else null. */
  readonly transactions: PipelineTransactions | null;
  readonly schemaIds: SchemaIds;
  readonly problems: EventProblems;
  readonly retryMaxMs: number;
  readonly holdRetryMs: number;
  readonly untilAllowed: (signal: AbortSignal) => Promise<void>;
  readonly observer: PublishObserver;
  /** All events of the batch are acknowledged or parked. */
  readonly onPublished: (batch: Batch, occurredAtMs: Float64Array) => void;
  /** Of the batch, which was given up, all that these groups have are. */
  readonly onGroups: (batch: Batch, groups: readonly number[]) => void;
  /** Of the batch, which is held, all up to `lastId` are. */
  readonly onPart: (batch: Batch, lastId: number) => void;
  /** Publishing cannot go on: what is parked could not be stored. */
  readonly onFailure: (error: unknown) => void;
}

/** What transactional lanes need of their source. */
export interface PipelineTransactions {
  /** What a group's part of a batch is stored with. */
  bookmarkOf(group: number, batch: Batch): string;
  /** The same for rows that no cursor comes upon any more. */
  bookmarkOfRedriven(group: number, ids: readonly number[]): string;
  /** Resolves when the database will remember all that was read and parked, come what may. */
  makeDurable(): Promise<void>;
}

export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #lanes: readonly LaneRunner[];
  readonly intake: RowIntake;
  #batch: Batch | null = null;
  #inFlight: Promise<boolean> = Promise.resolve(true);
  #abandoned = new AbortController();

  constructor(options: PipelineOptions) {
    this.#options = options;
    const { problems, publisher, schemaIds } = options;
    const observer: PublishObserver = {
      onPause: (problem, retryMs) => options.observer.onPause(problem, retryMs),
      onHold: (problem) => {
        this.#notePart();
        options.observer.onHold(problem);
      },
      onAcknowledged: (byTopic, sendMs) => options.observer.onAcknowledged(byTopic, sendMs),
    };
    this.#lanes = options.lanes.map(
      (lane) =>
        new LaneRunner({
          ...options,
          lane,
          observer,
          onRefused: (failure) => this.#onRefused(failure, lane),
          onOutdated: () => this.abandon(),
        }),
    );
    this.intake = new RowIntake({ publisher, schemaIds, problems, laneOf: (shard) => this.#laneOf(shard) });
  }

  /** Aborted by `abandon`, until `reset`. */
  get abandoned(): AbortSignal {
    return this.#abandoned.signal;
  }

  /** Whether a batch is on its way, or waits for something. */
  get isBusy(): boolean {
    return this.#batch !== null;
  }

  /** Before the rows of a batch are offered to `intake`. */
  begin(): void {
    this.intake.begin();
  }

  /** Resolves when nothing is in flight: to false when the batch that was did not go through. */
  settle(): Promise<boolean> {
    return this.#inFlight;
  }

  /** Sends what was taken in; nothing may be in flight. */
  launch(batch: Batch, signal: AbortSignal): void {
    const times = this.intake.takeTimes();
    this.#batch = batch;
    const ended = AbortSignal.any([signal, this.#abandoned.signal]);
    const { transactions } = this.#options;
    const bookmarkOf = transactions === null ? null : (group: number) => transactions.bookmarkOf(group, batch);
    this.#inFlight = this.#flush(ended, bookmarkOf).then((through) => {
      if (!through.every(Boolean)) {
        const groups = batch.groups.filter((group) => through[group % through.length]);
        this.#options.onGroups(batch, groups);
        return false;
      }
      this.#batch = null;
      this.#options.onPublished(batch, times);
      return true;
    });
    this.#inFlight.catch((error: unknown) => this.#options.onFailure(error));
  }

  /** A row cannot be appended: pauses or holds at it, once what precedes it is through. */
  async waitAt(problem: EventProblem, verdict: "pause" | "hold", retryMs: number, signal: AbortSignal): Promise<void> {
    const { observer, holdRetryMs } = this.#options;
    if (verdict === "hold") observer.onHold(problem);
    else observer.onPause(problem, retryMs);
    const ended = AbortSignal.any([signal, this.#abandoned.signal]);
    await abortableDelay(verdict === "hold" ? holdRetryMs : retryMs, ended);
  }

  /** Gives up what is in flight at the next pause, so that its groups can be handed over, or its rows appended anew. */
  abandon(): void {
    this.#abandoned.abort();
  }

  /** Forgets everything; nothing may be in flight. */
  reset(): void {
    for (const lane of this.#lanes) lane.reset();
    this.#batch = null;
    this.#inFlight = Promise.resolve(true);
    this.#abandoned = new AbortController();
  }

  /** The lanes for someone else's rows; nothing may be filled or in flight. */
  quietLanes(signal: AbortSignal): QuietLanes {
    const ended = AbortSignal.any([signal, this.#abandoned.signal]);
    return {
      append: (row) => this.intake.append(row),
      flush: async (onRefused) => {
        const { transactions } = this.#options;
        await transactions?.makeDurable();
        const bookmarkOf =
          transactions === null
            ? null
            : (group: number, ids: readonly number[]) => transactions.bookmarkOfRedriven(group, ids);
        const isThrough = (await this.#flush(ended, bookmarkOf, onRefused)).every(Boolean);
        if (!isThrough) this.#inFlight = Promise.resolve(false); // what of it is stored is not known
        return isThrough;
      },
    };
  }

  /** Resolves to whether each lane is through. */
  #flush(
    signal: AbortSignal,
    bookmarkOf: ((group: number, ids: readonly number[]) => string) | null,
    onRefused?: OnRefused,
  ): Promise<readonly boolean[]> {
    return Promise.all(
      this.#lanes.map((lane, group) =>
        lane.flush(signal, bookmarkOf === null ? undefined : (ids) => bookmarkOf(group, ids), onRefused),
      ),
    );
  }

  async #onRefused(failure: SendFailure, lane: PublisherLane): Promise<ProblemVerdict> {
    const { problems, transactions } = this.#options;
    const verdict = await problems.onSend(failure, lane, () => this.intake.ids);
    if (verdict === "parked") await transactions?.makeDurable();
    return verdict;
  }

  #laneOf(shard: number): PublisherLane {
    return (this.#lanes[groupOf(shard) % this.#lanes.length] as LaneRunner).lane;
  }

  /** A lane holds: what precedes the first event that is not acknowledged in any lane need not come again. */
  #notePart(): void {
    if (this.#batch === null) return;
    const firsts = this.#lanes.map((lane) => lane.firstUnacknowledged ?? Number.POSITIVE_INFINITY);
    const first = Math.min(...firsts);
    if (first > 0 && Number.isFinite(first)) this.#options.onPart(this.#batch, first - 1);
  }
}
