/**
 * The loop of a session: leases, then a batch of every strand in turn, then a pause.
 *
 *   LEASES ──► for each strand: READ k + 1 (k in flight) ──► SETTLE k ──► LAUNCH k + 1 ──► PAUSE ──┐
 *     ▲                            │ a row refused: SETTLE, wait at it                             │
 *     └────────────────────────────┴───────────────────────────────────────────────────────────────┘
 *
 * What was abandoned because its partitions are gone takes the same way: nothing is given back, and all is read anew.
 *
 * LEASES takes claimed groups in at once. To give groups back it settles, saves, and releases; what does not settle within
 * a third of the lease time (the broker is away, or an event holds) is abandoned: the lanes are emptied, the strands go
 * back to what is acknowledged, and the successor repeats the rest. With exactly-once all groups are then claimed anew, as
 * only Kafka knows what was stored of what was abandoned; and groups become strands when their lanes are taken over at the
 * broker, in the background, as it may be away.
 */
import type { DatabaseSession } from "../database/database-session.ts";
import { backoffMs } from "../backoff.ts";
import { Checkpointer } from "../cursors/checkpointer.ts";
import type { EventProblem, EventProblems } from "./event-problems.ts";
import type { ExactlyOnce } from "../exactly-once/exactly-once.ts";
import type { PublishObserver } from "./lane-runner.ts";
import { createOutboxReads } from "../reader/outbox-reads.ts";
import { Pipeline, type PipelineTransactions } from "./pipeline.ts";
import { nextPollDelayMs } from "../reader/poll-delay.ts";
import type { LanePublisher, PublisherLane } from "../publishers/lane-publisher.ts";
import type { SchemaIds } from "./schema-ids.ts";
import { sendVerdict } from "./send-verdict.ts";
import type { RelaySettings } from "../settings/settings.ts";
import { fenced, saveCursor } from "../sql/cursor-store.ts";
import type { Batch, Strand } from "../reader/strand.ts";
import { Strands } from "../reader/strands.ts";
import { type PauseEnd, Wakeup } from "../reader/wakeup.ts";

export interface PublishLoopOptions {
  readonly session: DatabaseSession;
  readonly publisher: LanePublisher;
  readonly lanes: readonly PublisherLane[];
  /** Null: at-least-once. Else every group has a lane. */
  readonly exactlyOnce: ExactlyOnce | null;
  readonly schemaIds: SchemaIds;
  readonly problems: EventProblems;
  readonly settings: RelaySettings;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly observer: LoopObserver;
}

/** What the loop does, for logs, metrics and readiness. */
export interface LoopObserver extends PublishObserver {
  /** The loop has begun another round, with so many strands. */
  onRound(strands: number): void;
  /** A pause between two polls is over. */
  onPauseEnd(end: PauseEnd): void;
  /** Whether the latest look found events. */
  onLook(foundEvents: boolean): void;
  onRead(batch: Batch): void;
  /** @param occurredAtMs of its events, by the database's clock */
  onPublished(batch: Batch, occurredAtMs: Float64Array): void;
  onLeases(held: readonly number[]): void;
  /** With exactly-once: what earlier holders left of these groups is decided at the broker, and publishing begins. */
  onTakenOver(groups: readonly number[]): void;
  /** The cursor of a strand was saved. */
  onSaved(durationMs: number): void;
}

/**
 * The longest that a read may take: five statements of a minute. The control connection tells much sooner that a server or
 * a network fell silent, but a stuck server process may serve the reader's alone.
 */
const READ_MS = 300_000;

export class PublishLoop {
  readonly #options: PublishLoopOptions;
  readonly #strands: Strands;
  readonly #pipeline: Pipeline;
  readonly #checkpointer: Checkpointer;
  readonly #wakeup = new Wakeup();
  #delayMs: number;
  #attempt = 0;
  #abandonTimer: NodeJS.Timeout | null = null;

  constructor(options: PublishLoopOptions) {
    const { session, settings, observer, now, exactlyOnce } = options;
    this.#options = options;
    this.#delayMs = settings.pollBusyMs;
    this.#strands = new Strands({ ...settings, reads: createOutboxReads(session.reader) });
    this.#checkpointer = new Checkpointer({
      save: (groups, cursor) => this.#save(groups, cursor),
      minIntervalMs: settings.checkpointMs,
      now,
      onFailure: (error) => session.end(error),
    });
    this.#pipeline = new Pipeline({
      ...options,
      transactions: exactlyOnce === null ? null : this.#transactions(exactlyOnce),
      retryMaxMs: settings.retryMaxMs,
      holdRetryMs: settings.holdRetryMs,
      untilAllowed: (signal) => session.leases.untilValid(signal),
      observer,
      onPublished: (batch, times) => this.#onPublished(batch, times),
      onGroups: (batch, groups) => this.#onGroups(batch, groups),
      onPart: (batch, lastId) => this.#onPart(batch, lastId),
      onFailure: (error) => session.end(error),
    });
    this.#pipeline.reset(); // of an earlier session
  }

  /** The highest id published, as far as this session knows. */
  get publishedId(): number {
    return this.#strands.publishedId;
  }

  /** There may be events: looks soon. */
  onHint(): void {
    this.#wakeup.hint();
  }

  /** Something is to be done: ends the pause between two polls. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Leases have changed: looks at them soon, and does not let a batch that is stuck hold them up. */
  onLeaseChange(): void {
    this.#wakeup.wake();
    const { session, settings } = this.#options;
    if (session.leases.excess.length === 0 || this.#abandonTimer !== null) return;
    this.#abandonTimer = setTimeout(() => this.#pipeline.abandon(), settings.leaseMs / 3);
  }

  /**
   * Until stopped, or until the session fails. Nothing is in flight any more when it settles, and what is acknowledged is
   * saved, if it could be: after a clean stop the database knows all that was published, whoever comes next.
   *
   * @throws RelayError, or the database driver's error
   */
  async run(stopping: AbortSignal): Promise<void> {
    const { session, settings, observer } = this.#options;
    const signal = AbortSignal.any([stopping, session.lost]);
    let isCleanStop = false;
    try {
      while (!signal.aborted) {
        observer.onRound(this.#strands.all.length);
        await this.#applyLeases(signal);
        const isBehind = await this.#readAll(signal);
        if (isBehind) continue;
        observer.onPauseEnd(await this.#wakeup.wait(this.#delayMs, settings.pollBusyMs, signal));
      }
      isCleanStop = !session.lost.aborted;
    } catch (error) {
      session.lost.throwIfAborted(); // with the cause: whoever waited for a connection only says that it is gone
      throw error;
    } finally {
      await this.#finish(isCleanStop);
    }
    if (!stopping.aborted) session.lost.throwIfAborted();
  }

  async #finish(isCleanStop: boolean): Promise<void> {
    if (this.#abandonTimer !== null) clearTimeout(this.#abandonTimer);
    try {
      const isThrough = await this.#pipeline.settle();
      if (isCleanStop && isThrough) this.#strands.acknowledgeAll();
      if (isCleanStop) this.#requestSave(this.#strands.acknowledged.keys());
    } finally {
      if (this.#options.session.lost.aborted) this.#checkpointer.stop();
      await this.#checkpointer.drain();
      this.#pipeline.reset();
    }
  }

  /** One batch of every strand. Tells whether more is to come at once. */
  async #readAll(signal: AbortSignal): Promise<boolean> {
    const { observer, settings } = this.#options;
    let found = false;
    for (const strand of this.#strands.all) {
      if (signal.aborted || this.#pipeline.abandoned.aborted) return true;
      const batch = await this.#readOne(strand, signal);
      found ||= batch;
    }
    this.#strands.join();
    if (this.#strands.all.some(({ isInWindow }) => isInWindow)) return true;
    observer.onLook(found || this.#pipeline.isBusy);
    this.#delayMs = nextPollDelayMs(this.#delayMs, found, settings);
    if (!found) this.#checkpointIdle();
    return false;
  }

  async #readOne(strand: Strand, signal: AbortSignal): Promise<boolean> {
    const pipeline = this.#pipeline;
    const { observer, exactlyOnce } = this.#options;
    pipeline.begin();
    const unanswered = setTimeout(() => this.#options.session.destroy(), READ_MS);
    const batch = await strand
      .read(pipeline.intake, this.#strands.windowEnd(strand))
      .finally(() => clearTimeout(unanswered));
    const { problem } = pipeline.intake;
    await this.#options.problems.store();
    if (batch !== null) {
      const [isThrough] = await Promise.all([pipeline.settle(), exactlyOnce?.makeDurable()]);
      if (!isThrough) return true;
      observer.onRead(batch);
      pipeline.launch(batch, signal);
      this.#attempt = 0;
    }
    if (problem !== null) await this.#waitAt(problem, signal);
    return batch !== null || problem !== null; // at a problem the look did find events
  }

  async #waitAt(problem: EventProblem, signal: AbortSignal): Promise<void> {
    if (!(await this.#pipeline.settle()) || signal.aborted) return;
    await this.#checkpointer.drain();
    const retryMs = backoffMs(this.#attempt++, this.#options.settings.retryMaxMs);
    const verdict = sendVerdict(problem.reason) === "pause" ? "pause" : "hold";
    await this.#pipeline.waitAt(problem, verdict, retryMs, signal);
  }

  async #applyLeases(signal: AbortSignal): Promise<void> {
    const { session, problems, observer, exactlyOnce } = this.#options;
    const { leases } = session;
    if (this.#pipeline.abandoned.aborted || leases.excess.length > 0) await this.#handOver();
    const claimed = leases.takeClaimed();
    if (claimed.length > 0) observer.onLeases([...leases.held.keys()]);
    exactlyOnce?.claim(claimed, () => this.#wakeup.wake());
    const ready = exactlyOnce === null ? claimed : exactlyOnce.takeReady();
    if (ready.length > 0) {
      if (exactlyOnce !== null) observer.onTakenOver(ready.map(({ group }) => group));
      await problems.onClaimed(ready.map(({ group }) => group));
      this.#strands.add(ready);
    }
    if (problems.wantsLanes) await this.#lendLanes(signal);
  }

  /** What is read is saved first: a crash must not bring back what is redriven or discarded now. */
  async #lendLanes(signal: AbortSignal): Promise<void> {
    if (!(await this.#pipeline.settle()) || signal.aborted) return;
    await this.#checkpointer.drain();
    if (signal.aborted) return;
    this.#pipeline.begin();
    await this.#options.problems.useLanes(this.#pipeline.quietLanes(signal));
  }

  /** Settles or abandons what is in flight, saves, and gives back what is above the fair share. */
  async #handOver(): Promise<void> {
    const { exactlyOnce } = this.#options;
    const { leases } = this.#options.session;
    const isThrough = await this.#pipeline.settle();
    if (this.#abandonTimer !== null) clearTimeout(this.#abandonTimer);
    this.#abandonTimer = null;
    if (isThrough) this.#strands.acknowledgeAll();
    else this.#strands.rewind();
    this.#pipeline.reset();
    const inDoubt = isThrough ? [] : [...this.#strands.acknowledged].map(([group, cursor]) => ({ group, cursor }));
    const { excess } = leases;
    this.#requestSave(excess);
    await this.#checkpointer.drain();
    this.#strands.remove(excess);
    this.#options.problems.onReleased(excess);
    await leases.release(excess);
    if (exactlyOnce !== null && inDoubt.length > 0) {
      const groups = inDoubt.map(({ group }) => group);
      this.#strands.remove(groups);
      this.#options.problems.onReleased(groups);
      exactlyOnce.reclaim(inDoubt, () => this.#wakeup.wake());
    }
    this.#options.observer.onLeases([...leases.held.keys()]);
  }

  /** Of what is given back: also what was walked over without an event, and what only Kafka told. */
  #requestSave(groups: Iterable<number>): void {
    for (const group of groups) {
      const cursor = this.#strands.acknowledged.get(group);
      if (cursor !== undefined) this.#checkpointer.request([group], cursor);
    }
  }

  /** Rarely: an advance without events is worth little. */
  #checkpointIdle(): void {
    if (this.#pipeline.isBusy) return;
    this.#strands.acknowledgeAll();
    if (this.#checkpointer.ageMs < this.#options.settings.idleCheckpointMs) return;
    for (const { groups, position } of this.#strands.all) this.#checkpointer.request(groups, position);
  }

  #transactions(exactlyOnce: ExactlyOnce): PipelineTransactions {
    return {
      bookmarkOf: (group, { next }) => exactlyOnce.bookmarkOf(group, next),
      bookmarkOfRedriven: (group, ids) => {
        const cursor = this.#strands.acknowledged.get(group);
        if (cursor === undefined) throw fenced();
        return exactlyOnce.bookmarkOf(group, cursor, ids);
      },
      makeDurable: () => exactlyOnce.makeDurable(),
    };
  }

  #onPublished(batch: Batch, occurredAtMs: Float64Array): void {
    this.#acknowledge(batch);
    this.#options.observer.onPublished(batch, occurredAtMs);
  }

  #onGroups({ next }: Batch, groups: readonly number[]): void {
    this.#acknowledge({ groups, next, lastId: 0 }); // which of its ids are theirs, is not told
  }

  #acknowledge(part: Pick<Batch, "groups" | "next" | "lastId">): void {
    this.#strands.acknowledge(part);
    this.#checkpointer.request(part.groups, part.next);
  }

  #onPart(batch: Batch, lastId: number): void {
    const cursor = batch.partial(lastId);
    this.#strands.acknowledgePart(batch, cursor);
    this.#checkpointer.request(batch.groups, cursor);
  }

  async #save(groups: readonly number[], cursor: Batch["next"]): Promise<void> {
    const { session, settings, now, observer } = this.#options;
    const held = new Map([...session.leases.held].filter(([group]) => groups.includes(group)));
    const askedAt = now();
    await saveCursor(session.control, { held, leaseMs: settings.leaseMs }, cursor);
    session.leases.noteRenewed(groups, askedAt);
    observer.onSaved(now() - askedAt);
  }
}
