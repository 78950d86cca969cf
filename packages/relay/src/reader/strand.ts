/**
 * Reads the outbox by snapshot difference for the groups of shards that stand at one cursor: every row visible in S2 and
 * not in S1, in order of id.
 *
 *        idle, and S2 = S1: nothing                more rows than a batch, or a row refused
 *              ┌────┐                            ┌───────────────────────┐
 *              ▼    │                            │                       ▼
 *    new ──► BETWEEN WINDOWS ──► read by (xid, id) ──► batch          IN A WINDOW ──► COPY by id ──► batch
 *              ▲      (s2 null)        │ no rows         │            (s2, lastId)         │           │
 *              │                       ▼                 ▼                 ▲               ▼           ▼
 *              └────────────────── S1 := S2 ◄─────── all read              └── more ── lastId := … ◄───┘
 *              ▲                                                                            │ no more
 *              └──────────────────────────────── S1 := S2 ◄─────────────────────────────────┘
 *
 * `position` is where reading stands, ahead of what is acknowledged: the next batch is read while one is in flight.
 * Nothing here is saved; a crash, and everything that is forgotten on purpose, goes back to a saved cursor and reads the
 * same rows again, in the same order (a window's rows are fixed by S1 and S2; later windows only hold later commits).
 *
 * Why order per key holds: two transactions that write one key follow each other (the writer holds the aggregate's row
 * lock), so the later one draws the higher id; and it becomes visible after the earlier one, so it is never in an earlier
 * window.
 */
import { afterWindow, type Cursor, insideWindow } from "../cursors/cursor.ts";
import { checkXids } from "../database/database-checks.ts";
import type { OutboxReads } from "./outbox-reads.ts";
import type { RowSink } from "../rows/row-sink.ts";
import { BatchTaker } from "./batch-taker.ts";
import { emptyRowView } from "../rows/row-view.ts";
import { shardsOf } from "../cursors/shard-groups.ts";
import { type NewestWindow, viewWindowRow } from "../sql/window-query.ts";
import type { Snapshot } from "../cursors/snapshot.ts";

/** How many ids one COPY walks at most: 0.5 s when all of them are of other windows. */
const WALKED_IDS = 1_000_000;

/**
 * After so many looks in vain a strand asks for the snapshot alone first: half the cost while nothing comes, and a round trip
 * more when something does.
 */
const LOOKS_UNTIL_IDLE = 3;

/** What all strands of a session read with. */
export interface StrandReader {
  readonly reads: OutboxReads;
  /** Most events of a batch. */
  readonly batchSize: number;
  /** Most bytes of a batch; a single larger event makes a batch of its own. */
  readonly maxBatchBytes: number;
}

/** Rows that a sink has taken. */
export interface Batch {
  /** Whose shards they are of. */
  readonly groups: readonly number[];
  /** Where the cursor stands when all of them are acknowledged. */
  readonly next: Cursor;
  /** Where it stands when those up to an id are. */
  partial(lastId: number): Cursor;
  readonly events: number;
  /** Of their keys, payloads and headers. */
  readonly bytes: number;
  readonly lastId: number;
}

export class Strand {
  readonly groups: readonly number[];
  readonly #reader: StrandReader;
  readonly #shards: readonly number[];
  #position: Cursor;
  /** The highest id when the window was entered: the window has none above it. */
  #windowTop: number | null = null;
  /** How many looks in a row found nothing. */
  #looksInVain = LOOKS_UNTIL_IDLE;
  /** What an event of the latest batch weighs; 0 before the first. */
  #eventBytes = 0;

  constructor(reader: StrandReader, groups: readonly number[], position: Cursor) {
    this.groups = [...groups].sort((a, b) => a - b);
    this.#reader = reader;
    this.#shards = shardsOf(this.groups);
    this.#position = position;
  }

  get position(): Cursor {
    return this.#position;
  }

  /** Whether a large window is being read: more of it is to come at once. */
  get isInWindow(): boolean {
    return this.#position.s2 !== null;
  }

  /**
   * Offers the next rows to the sink. Null when it took none; a large window may still have been walked on.
   *
   * @param end where the next window shall end; null: now
   * @throws RelayError XIDS_WENT_BACK
   */
  async read(sink: RowSink, end: Snapshot | null): Promise<Batch | null> {
    const taker = new BatchTaker(sink, this.#reader.maxBatchBytes);
    const before = this.#position;
    const window = before.s2 ?? (await this.#readWindow(taker, end));
    if (window !== null) await this.#readBacklog(taker, window);
    if (taker.taken === 0) return null;
    this.#eventBytes = taker.bytes / taker.taken;
    const windowEnd = before.s2 ?? this.#position.s2 ?? this.#position.s1;
    return {
      groups: this.groups,
      next: this.#position,
      partial: (lastId) => insideWindow(before, windowEnd, lastId),
      events: taker.taken,
      bytes: taker.bytes,
      lastId: taker.lastId,
    };
  }

  /** A window by (xid, id). Answers its end when it is a backlog, which is to be read by id. */
  async #readWindow(taker: BatchTaker, end: Snapshot | null): Promise<Snapshot | null> {
    const { reads } = this.#reader;
    const position = this.#position;
    const window = await this.#window(end);
    if (window === null) return null;
    const { s2, rows } = window;
    checkXids(position, s2);
    if (rows === null) {
      this.#position = insideWindow(position, s2, (await reads.floor(position.s1, s2)) - 1);
      return s2;
    }
    const view = emptyRowView();
    for (const row of rows) {
      viewWindowRow(row, view);
      if (await taker.take(view)) continue;
      if (taker.taken > 0) this.#position = insideWindow(position, s2, taker.lastId);
      return null;
    }
    this.#position = afterWindow(position, s2, taker.lastId);
    return null;
  }

  /** Up to `end`, or now. Null when nothing has happened since the last look, which an idle strand asks first. */
  async #window(end: Snapshot | null): Promise<NewestWindow | null> {
    const { reads, batchSize, maxBatchBytes } = this.#reader;
    const { position } = this;
    const read = { s1: position.s1, shards: this.#shards, maxEvents: batchSize, maxBytes: maxBatchBytes };
    if (end !== null)
      return end.text === position.s1.text ? null : { s2: end, rows: await reads.window({ ...read, s2: end }) };
    if (this.#looksInVain >= LOOKS_UNTIL_IDLE) {
      const { text } = await reads.currentSnapshot();
      if (text === position.s1.text) return null;
    }
    const window = await reads.newestWindow(read);
    this.#looksInVain = window.rows?.length === 0 ? this.#looksInVain + 1 : 0;
    return window;
  }

  async #readBacklog(taker: BatchTaker, s2: Snapshot): Promise<void> {
    const { reads } = this.#reader;
    this.#windowTop ??= await reads.topId();
    const afterId = this.#position.lastId;
    const toId = Math.min(this.#windowTop, afterId + WALKED_IDS);
    const maxEvents = this.#eventsThatFit();
    const read = { s1: this.#position.s1, s2, shards: this.#shards, afterId, toId, maxEvents };
    const { rows, isTaken } = await reads.backlog(read, taker);
    const isComplete = isTaken && rows < maxEvents;
    const reached = isComplete ? toId : Math.max(afterId, taker.lastId);
    const isDone = isComplete && reached >= this.#windowTop;
    this.#position = isDone ? afterWindow(this.#position, s2, reached) : insideWindow(this.#position, s2, reached);
    if (isDone) this.#windowTop = null;
  }

  /** So that a batch of large events is not read many times over to be thrown away. */
  #eventsThatFit(): number {
    const { batchSize, maxBatchBytes } = this.#reader;
    if (this.#eventBytes === 0) return batchSize;
    return Math.max(1, Math.min(batchSize, Math.ceil(maxBatchBytes / this.#eventBytes)));
  }
}
