/**
 * Takes lanes over at the broker for groups that were claimed in the database, beside the publishing of other groups.
 *
 *   claimed ──► CLAIMING: fence at the broker, read the last bookmark, choose the cursor ──► READY ──► the loop's strands
 *                 │  ▲
 *                 ▼  │ backoff
 *               the broker fails                  (released meanwhile: forgotten. Refused: the session ends.)
 *
 * The fence comes first: after it nobody else can commit for the group, so the bookmark that is read then covers all that
 * ever will be committed by others, and the strand that begins at it repeats none of it. This holds whoever believes to
 * have the lease; the lease only keeps two from fencing each other all the time.
 *
 * Marks come last, and only for a lease that the database still knows: what this session commits can be known again by
 * whoever claims next. Crash points: before them the bookmark is another's, whose marks are kept; after them it still is,
 * until the first commit.
 */
import { abortableDelay } from "../abortable-delay.ts";
import { backoffMs } from "../backoff.ts";
import { messageOf, RelayError } from "../errors.ts";
import type { TransactionalLane } from "../publishers/lane-publisher.ts";
import type { ClaimedGroup } from "../sql/leases.ts";
import type { GroupCursor } from "../reader/strands.ts";
import type { RelayMark } from "../sql/relay-marks.ts";
import { type KnownDatabase, laneNames } from "./known-database.ts";
import { readBookmark } from "./relay-bookmark.ts";
import { startingPoint, type StartingPoint } from "./starting-point.ts";

export interface LaneClaimsOptions {
  /** By group. */
  readonly lanes: readonly TransactionalLane[];
  readonly database: KnownDatabase;
  readonly transactionalIdPrefix: string;
  readonly retryMaxMs: number;
  /** Whether the group is still held with this epoch. */
  readonly isHeld: (group: number, epoch: bigint) => boolean;
  /** Whether the database has been in the state that was marked for the group. */
  readonly hasMark: (group: number, mark: RelayMark) => Promise<boolean>;
  /** Begins to mark states for the group, and keeps the marks of the session `kept` beside them. */
  readonly beginMarks: (group: ClaimedGroup, kept: string | null) => Promise<void>;
  /** Forgets dead letters that were published, by whoever held the group, and not deleted before it died. */
  readonly removeRedriven: (group: ClaimedGroup, ids: readonly number[]) => Promise<void>;
  /** Ends all claiming. */
  readonly signal: AbortSignal;
  readonly onReady: () => void;
  /** The broker fails; the same is tried again after `retryMs`. */
  readonly onPause: (message: string, retryMs: number) => void;
  /** A bookmark was left aside. */
  readonly onIgnored: (group: number, why: NonNullable<StartingPoint["ignored"]>) => void;
  /** The session cannot go on. */
  readonly onFailure: (error: unknown) => void;
}

export class LaneClaims {
  readonly #options: LaneClaimsOptions;
  readonly #running = new Map<number, Promise<void>>();
  #ready: (GroupCursor & { readonly epoch: bigint })[] = [];

  constructor(options: LaneClaimsOptions) {
    this.#options = options;
  }

  /** The lanes of these groups must be idle or abandoned. */
  add(claimed: readonly ClaimedGroup[]): void {
    for (const group of claimed) {
      const before = this.#running.get(group.group) ?? Promise.resolve();
      const task = before.then(() => this.#claim(group)).catch((error: unknown) => this.#options.onFailure(error));
      this.#running.set(group.group, task);
    }
  }

  /** Groups that can be published now, with where to go on. */
  takeReady(): readonly GroupCursor[] {
    return this.#ready.splice(0).filter(({ group, epoch }) => this.#options.isHeld(group, epoch));
  }

  /** Resolves when no lane is being claimed any more; the signal must have been aborted. */
  async settle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #claim(claimed: ClaimedGroup): Promise<void> {
    const { signal, retryMaxMs, isHeld, onPause, onReady } = this.#options;
    const isWanted = () => !signal.aborted && isHeld(claimed.group, claimed.epoch);
    for (let attempt = 0; isWanted(); attempt++) {
      let text: string | null;
      try {
        text = await this.#fence(claimed.group);
      } catch (error) {
        const retryMs = backoffMs(attempt, retryMaxMs);
        if (isWanted()) onPause(`shard group ${claimed.group}: ${messageOf(error)}`, retryMs);
        await abortableDelay(retryMs, signal);
        continue;
      }
      if (!isWanted()) return;
      this.#ready.push({ group: claimed.group, epoch: claimed.epoch, cursor: await this.#choose(claimed, text) });
      onReady();
      return;
    }
  }

  #fence(group: number): Promise<string | null> {
    const { lanes, database, transactionalIdPrefix } = this.#options;
    const lane = lanes[group];
    if (lane === undefined) throw new RelayError("CURSORS_DISAGREE", `shard group ${group} has no lane`);
    return lane.claim({ ...laneNames(transactionalIdPrefix, database, group), partition: group });
  }

  async #choose(claimed: ClaimedGroup, text: string | null): Promise<StartingPoint["cursor"]> {
    const { database, hasMark, beginMarks, onIgnored, removeRedriven } = this.#options;
    const { group } = claimed;
    const bookmark = text === null ? null : readBookmark(text);
    const side = {
      ...claimed,
      timeline: database.timeline,
      hasMark: bookmark !== null && (await hasMark(group, bookmark.mark)),
    };
    const start = startingPoint(side, bookmark);
    if (start.ignored !== null) onIgnored(group, start.ignored);
    else if (bookmark !== null && bookmark.redriven.length > 0) await removeRedriven(claimed, bookmark.redriven);
    await beginMarks(claimed, start.ignored === null ? (bookmark?.mark.session ?? null) : null);
    return start.cursor;
  }
}
