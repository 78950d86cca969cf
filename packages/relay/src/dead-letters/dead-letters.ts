/**
 * Puts events aside that cannot be published, and publishes them after all when a person asks for it.
 *
 *                 refused                        what follows on its key
 *   PENDING ──────────────────► PARKED ◄──────────────────────────────────── PENDING
 *      │                         │  ▲                  (BEHIND)
 *      │            redrive asked│  │ refused again: with the new reason, and all of the key stops there
 *      │                         ▼  │
 *      │                       REDRIVING: all of the key in order of the outbox ──► published and deleted ──► next row
 *      │                                                                             nothing left: the key is free
 *      ▼
 *   published          discard asked: PARKED or BEHIND ──► deleted and recorded; a BEHIND that is first then is redriven
 *
 * A key is held as long as a row of it that holds it is there: nothing else says so, and whoever takes the shard over reads
 * it from the rows. All writes name the epochs of the leases, so that an instance that was only paused changes nothing.
 *
 * Crash points:
 * - Before the rows are stored: no cursor is beyond them; they are read, and refused, again.
 * - Stored, cursor not saved: they are read again. Those of held keys meet their hold, the others their ids, and storing
 *   twice does nothing. Events of the key from before the offender are no later than it, and are sent again as ever.
 * - Redriven, not deleted: redriven again, in the same order.
 * - Deleted: no cursor comes upon them again, as only rows that all saved cursors cover are redriven or discarded.
 */
import type pg from "pg";
import { shardsOf } from "../cursors/shard-groups.ts";
import type { RowView, SendFailure } from "../publishers/lane-publisher.ts";
import type {
  EventProblem,
  EventProblems,
  ProblemVerdict,
  QuietLanes,
  RefusedLane,
} from "../publishing/event-problems.ts";
import type { PublishObserver } from "../publishing/lane-runner.ts";
import { sendVerdict } from "../publishing/send-verdict.ts";
import { rowKey } from "../rows/row-view.ts";
import type { RelaySettings } from "../settings/settings.ts";
import { readCursorRows } from "../sql/cursor-rows.ts";
import type { HeldEpochs } from "../sql/cursor-store.ts";
import { isAskedFor } from "../sql/dead-letter-state.ts";
import { readHeldKeys, readParkedAlone } from "../sql/held-keys.ts";
import { type ParkedRow, parkRows, readPlaces } from "../sql/park-rows.ts";
import { type DiscardedEvent, discardRows, keepFailed, readRedrivenRows, removeRedriven } from "../sql/redrive-rows.ts";
import { type HeldKey, HeldKeys } from "./held-keys.ts";
import { behind, holdsItsKey, planParking } from "./parking-plan.ts";
import { publishDeadLetters } from "./redrive.ts";
import { TopicTroubles } from "./topic-troubles.ts";

/** What happens to dead letters, for logs, metrics and readiness. */
export interface DeadLetterObserver extends Pick<PublishObserver, "onPause"> {
  /** Events of one topic were parked for one reason; `problem.id` is the first of them. */
  onParked(problem: EventProblem, events: number): void;
  /** `problem.id` is not parked, as too many keys are held. */
  onFull(problem: EventProblem): void;
  onRedriven(events: number): void;
  /** `problem.id` cannot be published even now. */
  onRedriveFailed(problem: EventProblem): void;
  onDiscarded(event: DiscardedEvent): void;
  /** How many wait in the groups that are held. */
  onCounts(counts: { readonly parked: number; readonly behind: number }): void;
}

export interface DeadLettersOptions {
  /** The control connection. */
  readonly client: pg.Client;
  readonly held: () => HeldEpochs;
  readonly settings: Pick<
    RelaySettings,
    "onProblem" | "parkAfterMs" | "holdRetryMs" | "sendTimeoutMs" | "batchSize" | "maxBatchBytes"
  >;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly observer: DeadLetterObserver;
  /** How many wait has changed. */
  readonly onChange: () => void;
}

/** The time to the next look at requests that could not be met yet. */
const RETRY_MS = 1_000;

export class DeadLetters implements EventProblems {
  readonly #options: DeadLettersOptions;
  readonly #groups = new Set<number>();
  readonly #heldKeys = new HeldKeys();
  readonly #troubles: TopicTroubles;
  /** Rows that hold no key and may be read again; the newest, more than two batches of them. */
  readonly #alone = new Set<number>();
  #aside: (ParkedRow & { readonly topic: string })[] = [];
  #isAsked = false;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(options: DeadLettersOptions) {
    const { settings, now } = options;
    this.#options = options;
    this.#troubles = new TopicTroubles({
      parkAfterMs: settings.parkAfterMs,
      trialMs: settings.holdRetryMs,
      forgetMs: 3 * settings.holdRetryMs + settings.sendTimeoutMs,
      now,
    });
  }

  /** The shards whose dead letters are this instance's. */
  get shards(): number[] {
    return shardsOf([...this.#groups]);
  }

  /** A person has asked for something. */
  ask(): void {
    this.#isAsked = true;
  }

  get wantsLanes(): boolean {
    return this.#isAsked && this.#options.now() >= this.#notBefore;
  }

  async onClaimed(groups: readonly number[]): Promise<void> {
    const { client, onChange } = this.#options;
    const shards = shardsOf(groups);
    for (const { fromId, ...held } of await readHeldKeys(client, shards)) this.#heldKeys.hold(held, fromId);
    for (const id of await readParkedAlone(client, shards, this.#mostAlone)) this.#noteAlone(id);
    for (const group of groups) this.#groups.add(group);
    if (await isAskedFor(client, shards)) this.ask();
    onChange();
  }

  onReleased(groups: readonly number[]): void {
    for (const group of groups) this.#groups.delete(group);
    this.#heldKeys.forget(groups);
    this.#options.onChange();
  }

  setAside(row: RowView): boolean {
    if (this.#alone.size > 0 && this.#alone.has(row.id)) return true; // stored already
    if (this.#heldKeys.isBehind(row)) {
      this.#aside.push({ id: row.id, topic: row.topic, problem: null, holdsKey: true });
      return true;
    }
    const trouble = this.#troubles.closed(row);
    return trouble !== null && this.#park({ ...trouble, id: row.id }, row);
  }

  onRow(problem: EventProblem, row: RowView): ProblemVerdict {
    if (!this.#isToBeParked(problem, row)) return "hold";
    return this.#park(problem, row) ? "parked" : "hold";
  }

  async store(): Promise<void> {
    if (this.#aside.length === 0) return;
    const aside = this.#aside;
    this.#aside = [];
    await this.#store(aside);
  }

  async onSend(failure: SendFailure, lane: RefusedLane, filling: () => readonly number[]): Promise<ProblemVerdict> {
    const { client, settings, observer } = this.#options;
    const { ids, topic, reason, message } = failure;
    const problem: EventProblem = { id: ids[0] ?? 0, topic, reason, message };
    if (!this.#isToBeParked(problem, null)) return "hold";
    const plan = planParking(await readPlaces(client, ids), problem, settings.onProblem);
    if (!this.#heldKeys.hasRoomFor(plan.keys)) {
      observer.onFull(problem);
      return "hold";
    }
    // From here on rows of these keys that are read meanwhile are set aside; those in the buffers already are these:
    for (const { fromId, ...held } of plan.keys) this.#heldKeys.hold(held, fromId);
    const refused = new Set(ids);
    const later = [...lane.unacknowledged(), ...filling()].filter((id) => !refused.has(id));
    const followers = plan.keys.length === 0 ? [] : behind(await readPlaces(client, later), plan.keys);
    const parked = [...plan.rows, ...followers];
    for (const { id, holdsKey } of parked) if (!holdsKey) this.#noteAlone(id);
    await this.#store(parked.map((row) => ({ ...row, topic })));
    lane.remove(new Set([...ids, ...followers.map(({ id }) => id)]));
    return "parked";
  }

  async useLanes(lanes: QuietLanes): Promise<void> {
    const { client, now } = this.#options;
    const { shards } = this;
    this.#isAsked = false;
    const done = (await this.#discard(shards)) + (await this.#redrive(shards, lanes));
    if (done === 0) this.#notBefore = now() + RETRY_MS;
    if (await isAskedFor(client, shards)) this.ask();
  }

  /** @returns how many were discarded */
  async #discard(shards: readonly number[]): Promise<number> {
    const { client, held, observer } = this.#options;
    const cursors = await readCursorRows(client);
    const { discarded, freed } = await discardRows(client, held(), shards, cursors);
    this.#lift(freed);
    for (const event of discarded) observer.onDiscarded(event);
    if (discarded.length > 0) this.#options.onChange();
    return discarded.length;
  }

  /** @returns how many were published, or refused again */
  async #redrive(shards: readonly number[], lanes: QuietLanes): Promise<number> {
    const { client, held, settings, observer, onChange } = this.#options;
    const { batchSize: maxEvents, maxBatchBytes: maxBytes } = settings;
    const rows = await readRedrivenRows(client, shards, await readCursorRows(client), { maxEvents, maxBytes });
    if (rows.length === 0) return 0;
    const outcome = await publishDeadLetters(lanes, rows);
    if (outcome === null) return 0;
    const { published, failed, pause } = outcome;
    if (published.length > 0) {
      const failedIds = failed.map(({ id }) => id);
      this.#lift(await removeRedriven(client, held(), published, failedIds));
      observer.onRedriven(published.length);
    }
    if (failed.length > 0) await keepFailed(client, held(), failed);
    for (const problem of failed) observer.onRedriveFailed(problem);
    if (pause !== null) observer.onPause(pause, RETRY_MS);
    onChange();
    return pause === null ? published.length + failed.length : 0;
  }

  #isToBeParked(problem: EventProblem, row: RowView | null): boolean {
    if (this.#options.settings.onProblem === "hold") return false;
    return sendVerdict(problem.reason) === "park" || this.#troubles.note(problem, row);
  }

  /** @returns false when there is no room for another key */
  #park(problem: EventProblem, row: RowView): boolean {
    const { settings, observer } = this.#options;
    const { id, shard, topic } = row;
    const key = rowKey(row);
    const holdsKey = holdsItsKey(key, settings.onProblem);
    if (holdsKey) {
      const held: HeldKey = { shard, topic, key };
      if (!this.#heldKeys.hasRoomFor([held])) {
        observer.onFull(problem);
        return false;
      }
      this.#heldKeys.hold(held, id);
    } else {
      this.#noteAlone(id);
    }
    this.#aside.push({ id, topic, problem, holdsKey });
    return true;
  }

  async #store(rows: readonly (ParkedRow & { readonly topic: string })[]): Promise<void> {
    const { client, held, observer, onChange } = this.#options;
    const stored = new Set(await parkRows(client, held(), rows));
    const parked = rows.filter(({ id, problem }) => problem !== null && stored.has(id));
    for (const alike of Map.groupBy(parked, ({ topic, problem }) => `${problem?.reason} ${topic}`).values()) {
      const [{ id, topic, problem }] = alike as [(typeof parked)[number]];
      if (problem !== null) observer.onParked({ id, topic, ...problem }, alike.length);
    }
    if (stored.size > 0) onChange();
  }

  #lift(keys: readonly HeldKey[]): void {
    for (const key of keys) this.#heldKeys.lift(key);
  }

  get #mostAlone(): number {
    return 2 * this.#options.settings.batchSize;
  }

  #noteAlone(id: number): void {
    this.#alone.add(id);
    const [oldest] = this.#alone;
    if (this.#alone.size > this.#mostAlone && oldest !== undefined) this.#alone.delete(oldest);
  }
}
