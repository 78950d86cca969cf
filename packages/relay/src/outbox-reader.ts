/**
 * Reads the outbox by snapshot difference: every row visible in S2 and not in S1, in order of id.
 *
 *            S2 = S1: nothing                      more rows than a batch
 *              ┌────┐                            ┌───────────────────────┐
 *              ▼    │                            │                       ▼
 *   load ──► BETWEEN WINDOWS ──► read by (xid, id) ──► batch          IN A WINDOW ──► COPY by id ──► batch
 *              ▲      (s2 null)        │ no rows         │            (s2, lastId)         │           │
 *              │                       ▼                 ▼                 ▲               ▼           ▼
 *              └────────────────── S1 := S2 ◄──── checkpoint               └── more ── lastId := … ◄ checkpoint
 *              ▲                                                                            │ no more
 *              └──────────────────────────────── S1 := S2 ◄─────────────────────────────────┘
 *
 * `read` moves only what needs no publishing; `checkpoint` moves past a batch and saves, after all of it is
 * acknowledged. Crash points:
 *
 * - before the batch is published, or after it and before the save: the database holds the old cursor, the same rows
 *   come again, in the same order (a window's rows are fixed by S1 and S2; later windows only hold later commits).
 * - after the save: nothing of the batch comes again.
 * - between entering a window and its first save: the old S1 makes a new, larger window.
 *
 * Why order per key holds: two transactions that write one key follow each other (the writer holds the aggregate's
 * row lock), so the later one draws the higher id; and it becomes visible after the earlier one, so it is never in an
 * earlier window.
 */
import type pg from "pg";
import { afterWindow, type Cursor, insideWindow, isWorthSaving } from "./cursor.ts";
import { checkXids } from "./database-checks.ts";
import type { OutboxEvent } from "./outbox-event.ts";
import { backlogFloor, topId } from "./sql/backlog-bounds.ts";
import { copyBacklog } from "./sql/backlog-copy.ts";
import { currentSnapshot } from "./sql/current-snapshot.ts";
import { loadCursor, saveCursor } from "./sql/cursor-store.ts";
import { queryWindow } from "./sql/window-query.ts";
import type { Snapshot } from "./snapshot.ts";

/** How many ids one COPY walks at most: 0.5 s when all of them are of other windows. */
const WALKED_IDS = 1_000_000n;

export interface OutboxReaderOptions {
  readonly shards: readonly number[];
  /** Most events of a batch. */
  readonly batchSize: number;
  /** Most bytes of a batch; a single larger event makes a batch of its own. */
  readonly maxBatchBytes: number;
  /** Allowed age of an advance of the cursor that no event came with. */
  readonly idleCheckpointMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Events in the order to publish them, and where the cursor stands when they are. */
export interface Batch {
  readonly events: readonly OutboxEvent[];
  readonly next: Cursor;
  readonly window: Snapshot;
}

export class OutboxReader {
  readonly #client: pg.Client;
  readonly #epoch: bigint;
  readonly #options: OutboxReaderOptions;
  #cursor: Cursor;
  #saved: Cursor;
  #savedAt: number;
  /** The highest id when the window was entered: the window has none above it. */
  #windowTop: bigint | null = null;
  #publishedId: bigint;

  constructor(client: pg.Client, epoch: bigint, cursor: Cursor, options: OutboxReaderOptions) {
    this.#client = client;
    this.#epoch = epoch;
    this.#options = options;
    this.#cursor = cursor;
    this.#saved = cursor;
    this.#savedAt = options.now();
    this.#publishedId = cursor.lastId;
  }

  /** The highest id published, as far as this reader knows. */
  get publishedId(): bigint {
    return this.#publishedId;
  }

  /** Whether a large window is being read: more of it is to come at once. */
  get isInWindow(): boolean {
    return this.#cursor.s2 !== null;
  }

  /**
   * The next events, or null when there are none now.
   *
   * @throws RelayError XIDS_WENT_BACK
   */
  async read(): Promise<Batch | null> {
    if (this.#cursor.s2 !== null) return this.#readBacklog(this.#cursor.s2);
    const s2 = await currentSnapshot(this.#client);
    checkXids(this.#cursor, s2);
    if (s2.text === this.#cursor.s1.text) return null;
    const { shards, batchSize, maxBatchBytes } = this.#options;
    const events = await queryWindow(this.#client, {
      s1: this.#cursor.s1,
      s2,
      shards,
      maxEvents: batchSize,
      maxBytes: maxBatchBytes,
    });
    if (events === null) return this.#enterBacklog(s2);
    const last = events.at(-1);
    if (last !== undefined) return { events, next: afterWindow(this.#cursor, s2, last.id), window: s2 };
    this.#cursor = afterWindow(this.#cursor, s2, 0n);
    return null;
  }

  /** Moves past a batch, all of whose events are acknowledged. @throws RelayError CURSOR_FENCED */
  async checkpoint(batch: Batch): Promise<void> {
    await this.#save(batch.next);
    const last = batch.events.at(-1);
    if (last !== undefined) this.#notePublished(last.id);
  }

  /**
   * Moves past the first `count` events of a batch, which alone are acknowledged; the rest stays with the caller.
   *
   * @throws RelayError CURSOR_FENCED
   */
  async checkpointPart(batch: Batch, count: number): Promise<void> {
    const last = batch.events[count - 1];
    if (last === undefined || (this.isInWindow && this.#cursor.lastId === last.id)) return;
    await this.#save(insideWindow(this.#cursor, batch.window, last.id));
    this.#notePublished(last.id);
  }

  /**
   * Saves an advance without events once it is old enough. Rarely, as every save takes a transaction id and so makes
   * a new snapshot.
   */
  async checkpointIdle(): Promise<void> {
    if (this.#options.now() - this.#savedAt < this.#options.idleCheckpointMs) return;
    if (isWorthSaving(this.#saved, this.#cursor)) await this.#save(this.#cursor);
    else this.#savedAt = this.#options.now();
  }

  /** Forgets what was read and not saved, as a crash would. */
  async reload(): Promise<void> {
    const { cursor } = await loadCursor(this.#client);
    this.#cursor = cursor;
    this.#saved = cursor;
    this.#windowTop = null;
  }

  async #enterBacklog(s2: Snapshot): Promise<Batch | null> {
    const floor = await backlogFloor(this.#client, this.#cursor.s1);
    await this.#save(insideWindow(this.#cursor, s2, floor - 1n));
    return this.#readBacklog(s2);
  }

  async #readBacklog(s2: Snapshot): Promise<Batch | null> {
    this.#windowTop ??= await topId(this.#client);
    const afterId = this.#cursor.lastId;
    const toId = min(this.#windowTop, afterId + WALKED_IDS);
    const { shards, batchSize, maxBatchBytes } = this.#options;
    const { events, isComplete } = await copyBacklog(this.#client, {
      s1: this.#cursor.s1,
      s2,
      shards,
      afterId,
      toId,
      maxEvents: batchSize,
      maxBytes: maxBatchBytes,
    });
    const next = this.#backlogNext(s2, isComplete ? toId : (events.at(-1)?.id ?? afterId));
    if (events.length > 0) return { events, next, window: s2 };
    this.#cursor = next;
    if (next.s2 === null) this.#windowTop = null;
    return null;
  }

  #backlogNext(s2: Snapshot, reachedId: bigint): Cursor {
    const isDone = this.#windowTop !== null && reachedId >= this.#windowTop;
    return isDone ? afterWindow(this.#cursor, s2, reachedId) : insideWindow(this.#cursor, s2, reachedId);
  }

  async #save(cursor: Cursor): Promise<void> {
    await saveCursor(this.#client, this.#epoch, cursor);
    this.#cursor = cursor;
    this.#saved = cursor;
    this.#savedAt = this.#options.now();
    if (cursor.s2 === null) this.#windowTop = null;
  }

  #notePublished(id: bigint): void {
    if (id > this.#publishedId) this.#publishedId = id;
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
