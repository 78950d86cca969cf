import type { OutboxReads } from "../src/reader/outbox-reads.ts";
import { emptyRowView } from "../src/rows/row-view.ts";
import type { RowSink } from "../src/rows/row-sink.ts";
import { parseSnapshot, type Snapshot } from "../src/cursors/snapshot.ts";
import type { BacklogRead, BacklogRows } from "../src/sql/backlog-copy.ts";
import {
  type NewestWindow,
  type NewestWindowRead,
  newestWindowParameters,
  viewWindowRow,
  type WindowRead,
  windowParameters,
  type WindowRow,
} from "../src/sql/window-query.ts";

/** How many shards the model's keys fall into: one in each group, and a second one in some. */
export const MODEL_KEYS = 12;

interface ModelRow {
  readonly id: number;
  readonly xid: bigint;
  readonly key: number;
  readonly version: number;
}

interface ModelTransaction {
  readonly xid: bigint;
  rows: ModelRow[];
  readonly keys: Set<number>;
}

export interface ModelOutboxOptions {
  readonly random: () => number;
  /** Called before every read, as writers do not wait for readers. */
  readonly meanwhile: () => void;
  /** The first transaction id to be given out. */
  readonly firstXid: bigint;
}

/**
 * The outbox and its writers in memory: transaction ids, snapshots, a sequence, row locks on keys, rollbacks, savepoints.
 * Reads answer as the SQL does, by the same conditions; the floor is any id that the contract allows.
 */
export class ModelOutbox implements OutboxReads {
  readonly #options: ModelOutboxOptions;
  readonly #running = new Set<ModelTransaction>();
  readonly #ended: ModelRow[] = [];
  readonly #versions = new Map<number, number>();
  #nextXid: bigint;
  #nextId = 1;

  constructor(options: ModelOutboxOptions) {
    this.#options = options;
    this.#nextXid = options.firstXid;
  }

  get committed(): readonly ModelRow[] {
    return this.#ended;
  }

  get isWriting(): boolean {
    return this.#running.size > 0;
  }

  /** One step of one writer: begins, inserts, loses a savepoint, commits or rolls back. */
  writeOnce(): void {
    const { random } = this.#options;
    const transaction = this.#pick();
    if (transaction === undefined || (this.#running.size < 6 && random() < 0.3)) {
      this.#running.add({ xid: this.#nextXid++, rows: [], keys: new Set() });
    } else if (random() < 0.55) {
      this.#insert(transaction);
    } else if (random() < 0.1) {
      this.#rollBackTo(transaction, Math.floor(random() * (transaction.rows.length + 1)));
    } else {
      this.#end(transaction, random() < 0.85);
    }
  }

  endWriters(): void {
    for (const transaction of this.#running) this.#end(transaction, true);
  }

  async currentSnapshot(): Promise<Snapshot> {
    this.#options.meanwhile();
    return this.#snapshot();
  }

  async newestWindow(read: NewestWindowRead): Promise<NewestWindow> {
    this.#options.meanwhile();
    const [from, running] = newestWindowParameters(read) as [string, string[]];
    const isOfWindow = (xid: bigint) => xid >= BigInt(from) || running.includes(String(xid));
    const rows = this.#ended.filter(({ xid, key }) => read.shards.includes(shardOf(key)) && isOfWindow(xid));
    return { s2: this.#snapshot(), rows: windowRows(rows, read) };
  }

  async window(read: WindowRead): Promise<WindowRow[] | null> {
    this.#options.meanwhile();
    const [from, to, finished] = windowParameters(read) as [string, string, string[]];
    const rows = this.#ended.filter(
      ({ xid, key }) =>
        read.shards.includes(shardOf(key)) &&
        ((xid >= BigInt(from) && xid < BigInt(to) && isVisible(xid, read.s2)) || finished.includes(String(xid))),
    );
    return windowRows(rows, read);
  }

  async floor(s1: Snapshot): Promise<number> {
    this.#options.meanwhile();
    const ids = this.#ended.filter(({ xid }) => xid >= s1.xmin).map(({ id }) => id);
    const lowest = ids.length === 0 ? 0 : Math.min(...ids);
    return Math.max(0, lowest - Math.floor(this.#options.random() * 10));
  }

  async topId(): Promise<number> {
    this.#options.meanwhile();
    return Math.max(0, ...this.#ended.map(({ id }) => id));
  }

  async backlog(read: BacklogRead, sink: RowSink): Promise<BacklogRows> {
    this.#options.meanwhile();
    const rows = this.#ended
      .filter(
        ({ id, xid, key }) =>
          id > read.afterId &&
          id <= read.toId &&
          isVisible(xid, read.s2) &&
          !isVisible(xid, read.s1) &&
          read.shards.includes(shardOf(key)),
      )
      .sort((a, b) => a.id - b.id)
      .slice(0, read.maxEvents);
    const view = emptyRowView();
    let isTaken = true;
    for (const row of rows) {
      if (!isTaken) continue;
      viewWindowRow(toWindowRow(row), view);
      isTaken = await sink.take(view);
    }
    return { rows: rows.length, isTaken };
  }

  #snapshot(): Snapshot {
    const running = [...this.#running].map(({ xid }) => xid);
    const xmin = running.reduce((least, xid) => (xid < least ? xid : least), this.#nextXid);
    return parseSnapshot(`${xmin}:${this.#nextXid}:${running.toSorted((a, b) => Number(a - b)).join(",")}`);
  }

  #pick(): ModelTransaction | undefined {
    return [...this.#running][Math.floor(this.#options.random() * this.#running.size)];
  }

  /** Whoever publishes a key holds its lock until the end, so versions follow commits. Draws an id, which may be lost. */
  #insert(transaction: ModelTransaction): void {
    const key = Math.floor(this.#options.random() * MODEL_KEYS);
    const id = this.#nextId++;
    const isLocked = [...this.#running].some((other) => other !== transaction && other.keys.has(key));
    if (isLocked) return;
    transaction.keys.add(key);
    const own = transaction.rows.filter((row) => row.key === key).length;
    const version = (this.#versions.get(key) ?? 0) + own + 1;
    transaction.rows.push({ id, xid: transaction.xid, key, version });
  }

  /** The locks stay: PostgreSQL would release those taken since, which only lets others in earlier. */
  #rollBackTo(transaction: ModelTransaction, kept: number): void {
    transaction.rows = transaction.rows.slice(0, kept);
  }

  #end(transaction: ModelTransaction, commits: boolean): void {
    this.#running.delete(transaction);
    if (!commits) return;
    this.#ended.push(...transaction.rows);
    for (const { key, version } of transaction.rows) this.#versions.set(key, version);
  }
}

/** Keys 8 to 11 share groups with keys 0 to 3. */
export function shardOf(key: number): number {
  return (key % 8) * 8 + (key >> 3);
}

/** `pg_visible_in_snapshot`, of a transaction that committed. */
function isVisible(xid: bigint, { xmax, xip }: Snapshot): boolean {
  return xid < xmax && !xip.includes(xid);
}

function windowRows(rows: readonly ModelRow[], { maxEvents }: NewestWindowRead): WindowRow[] | null {
  return rows.length > maxEvents ? null : rows.toSorted((a, b) => a.id - b.id).map(toWindowRow);
}

function toWindowRow({ id, key, version }: ModelRow): WindowRow {
  return {
    id: String(id),
    shard: shardOf(key),
    topic: "model",
    key: `key-${key}`,
    schema_id: "1",
    payload: Buffer.from(String(version)),
    headers: Buffer.of(0),
    occurred_at: new Date(0),
  };
}
