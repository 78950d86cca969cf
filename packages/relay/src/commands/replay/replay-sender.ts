import { backoffMs } from "../../backoff.ts";
import { abortableDelay } from "../../abortable-delay.ts";
import { messageOf, RelayError } from "../../errors.ts";
import type { LanePublisher, PublisherLane, RowView, SendOutcome } from "../../publishers/lane-publisher.ts";
import { RegistryProblem } from "../../publishing/schema-registry.ts";
import { type ProblemReason, remedyOf, sendVerdict } from "../../publishing/send-verdict.ts";
import { emptyRowView } from "../../rows/row-view.ts";
import { viewWindowRow, type WindowRow } from "../../sql/window-query.ts";
import { appendHeaders, REPLAY_ID_HEADER, REPLAY_TIME_HEADER } from "./replay-headers.ts";

export interface ReplaySenderOptions {
  readonly publisher: LanePublisher;
  readonly replayId: string;
  /** Null: each event's own topic. */
  readonly toTopic: string | null;
  /** The registry's id of a row's schema. @throws RegistryProblem */
  readonly registryIdOf: (row: WindowRow) => Promise<number>;
  readonly retryMaxMs: number;
  /** Told what it waits for, once for each wait. */
  readonly onPause: (message: string, retryMs: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Sends batches of rows one after the other, each acknowledged before the next: in order of id, a key's events stay in
 * the order of their first publishing. What time cures is waited for; anything else stops the replay, nothing after it
 * having been sent.
 */
export class ReplaySender {
  readonly #options: ReplaySenderOptions;
  readonly #lane: PublisherLane;
  readonly #view = emptyRowView();

  constructor(options: ReplaySenderOptions) {
    this.#options = options;
    this.#lane = options.publisher.openLane(`replay-${options.replayId}`);
  }

  /** False when the signal ended it first; some of the rows may have been sent then. @throws RelayError REPLAY_STOPPED */
  async send(rows: readonly WindowRow[]): Promise<boolean> {
    for (const topic of new Set(rows.map((row) => this.#topicOf(row)))) {
      if (!(await this.#prepare(topic, rows))) return false;
    }
    for (const row of rows) {
      const registryId = await this.#registryId(row);
      if (registryId === null) return false;
      this.#lane.append(this.#viewOf(row), registryId);
    }
    let outcome = await this.#lane.send();
    for (let attempt = 0; outcome.failures.length > 0; attempt++) {
      if (outcome.acknowledged.size > 0) attempt = 0;
      if (!(await this.#waitAfter(outcome, attempt))) return false;
      outcome = await this.#lane.repeat();
    }
    return true;
  }

  #topicOf(row: WindowRow): string {
    return this.#options.toTopic ?? row.topic;
  }

  async #prepare(topic: string, rows: readonly WindowRow[]): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      const problem = await this.#options.publisher.prepareTopic(topic);
      if (problem === null) return true;
      const row = rows.find((candidate) => this.#topicOf(candidate) === topic) as WindowRow;
      if (!(await this.#wait(problem.reason, problem.message, row.id, topic, attempt))) return false;
    }
  }

  async #registryId(row: WindowRow): Promise<number | null> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#options.registryIdOf(row);
      } catch (error) {
        if (!(error instanceof RegistryProblem)) throw error;
        if (!(await this.#wait(error.reason, error.message, row.id, row.topic, attempt))) return null;
      }
    }
  }

  async #waitAfter({ failures }: SendOutcome, attempt: number): Promise<boolean> {
    const failure = failures.find(({ reason }) => sendVerdict(reason) !== "pause") ?? failures[0];
    if (failure === undefined) return true;
    const { reason, message, ids, topic } = failure;
    return this.#wait(reason, message, ids[0] ?? 0, topic, attempt);
  }

  async #wait(
    reason: ProblemReason,
    message: string,
    rowId: number | string,
    topic: string,
    attempt: number,
  ): Promise<boolean> {
    const { onPause, retryMaxMs, signal } = this.#options;
    if (sendVerdict(reason) !== "pause") {
      throw new RelayError("REPLAY_STOPPED", `row ${rowId} cannot be sent: ${message}. ${remedyOf(reason, topic)}`);
    }
    if (signal.aborted) return false;
    const retryMs = backoffMs(attempt, retryMaxMs);
    onPause(message, retryMs);
    await abortableDelay(retryMs, signal);
    return !signal.aborted;
  }

  #viewOf(row: WindowRow): RowView {
    viewWindowRow({ ...row, topic: this.#topicOf(row), headers: this.#headersOf(row) }, this.#view);
    return this.#view;
  }

  #headersOf(row: WindowRow): Buffer {
    try {
      return appendHeaders(row.headers, [
        [REPLAY_ID_HEADER, this.#options.replayId],
        [REPLAY_TIME_HEADER, new Date().toISOString()],
      ]);
    } catch (error) {
      throw new RelayError("REPLAY_STOPPED", `row ${row.id} cannot be sent: ${messageOf(error)}`, { cause: error });
    }
  }
}
