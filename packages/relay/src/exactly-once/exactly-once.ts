import { randomUUID } from "node:crypto";
import type { Cursor } from "../cursors/cursor.ts";
import type { DatabaseSession } from "../database/database-session.ts";
import type { TransactionalLane } from "../publishers/lane-publisher.ts";
import { fenced } from "../sql/cursor-store.ts";
import type { ClaimedGroup } from "../sql/leases.ts";
import { removeRedriven } from "../sql/redrive-rows.ts";
import { beginMarks, hasMark, markState } from "../sql/relay-marks.ts";
import type { GroupCursor } from "../reader/strands.ts";
import { type KnownDatabase, requireKnownDatabase } from "./known-database.ts";
import { LaneClaims } from "./lane-claims.ts";
import { writeBookmark } from "./relay-bookmark.ts";
import type { StartingPoint } from "./starting-point.ts";

export interface ExactlyOnceObserver {
  /** A group cannot be taken over at the broker; tried again after `retryMs`. */
  onClaimPause(message: string, retryMs: number): void;
  /** The cursor in Kafka of a group was left aside for the database's. */
  onCursorIgnored(group: number, why: NonNullable<StartingPoint["ignored"]>): void;
}

export interface ExactlyOnceOptions {
  readonly session: DatabaseSession;
  /** By group. */
  readonly lanes: readonly TransactionalLane[];
  readonly transactionalIdPrefix: string;
  readonly retryMaxMs: number;
  readonly observer: ExactlyOnceObserver;
}

/**
 * What a session does beyond at-least-once: groups begin where Kafka says that they stand, a batch's events and its cursor
 * become visible together, and the database does not forget afterwards what they were read from.
 */
export class ExactlyOnce {
  readonly #options: ExactlyOnceOptions;
  readonly #database: KnownDatabase;
  readonly #claims: LaneClaims;
  /** Names the marks of this session. */
  readonly #session = randomUUID();
  #lastMark = 0;
  #durableMark = 0;
  #onReady: () => void = () => {};

  /** @throws RelayError EXACTLY_ONCE_IMPOSSIBLE */
  constructor(options: ExactlyOnceOptions) {
    const { session, observer } = options;
    this.#options = options;
    this.#database = requireKnownDatabase(session.identity);
    this.#claims = new LaneClaims({
      ...options,
      database: this.#database,
      isHeld: (group, epoch) => session.leases.held.get(group) === epoch,
      hasMark: (group, mark) => hasMark(session.control, group, mark),
      beginMarks: (group, kept) => beginMarks(session.control, group, this.#session, kept),
      removeRedriven: async ({ group, epoch }, ids) => {
        await removeRedriven(session.control, new Map([[group, epoch]]), ids, []);
      },
      signal: session.lost,
      onReady: () => this.#onReady(),
      onPause: (message, retryMs) => observer.onClaimPause(message, retryMs),
      onIgnored: (group, why) => observer.onCursorIgnored(group, why),
      onFailure: (error) => session.end(error),
    });
  }

  /** Takes lanes over, in the background. @param onReady when `takeReady` has something */
  claim(groups: readonly ClaimedGroup[], onReady: () => void): void {
    this.#onReady = onReady;
    this.#claims.add(groups);
  }

  /** Groups that are still held and can be published, with where to go on. */
  takeReady(): readonly GroupCursor[] {
    return this.#claims.takeReady();
  }

  /** For groups whose batch was given up: only Kafka knows what of it is stored. */
  reclaim(groups: readonly GroupCursor[], onReady: () => void): void {
    const { held } = this.#options.session.leases;
    this.claim(
      groups.flatMap(({ group, cursor }) => {
        const epoch = held.get(group);
        return epoch === undefined ? [] : [{ group, cursor, epoch }];
      }),
      onReady,
    );
  }

  /**
   * Before a transaction is committed: its cursor may not be ahead of what the database still knows after a crash. That is
   * the rows, the events that were parked instead of being published, and what was redriven before.
   */
  async makeDurable(): Promise<void> {
    const mark = ++this.#lastMark;
    await markState(this.#options.session.control, { session: this.#session, mark });
    this.#durableMark = mark; // they are answered in the order in which they are asked
  }

  /**
   * What a group's part of a batch is stored with. Before a transaction is committed with it, but after all that it tells
   * of, `makeDurable` must have been awaited.
   *
   * @param redriven of the rows those that the cursor does not cover
   * @throws RelayError CURSOR_FENCED
   */
  bookmarkOf(group: number, cursor: Cursor, redriven: readonly number[] = []): string {
    const epoch = this.#options.session.leases.held.get(group);
    if (epoch === undefined) throw fenced();
    const mark = { session: this.#session, mark: this.#durableMark };
    return writeBookmark({ cursor, epoch, timeline: this.#database.timeline, mark, redriven });
  }
}
