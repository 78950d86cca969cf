import type { RowView } from "../lane-publisher.ts";
import { BATCH_HEADER_BYTES } from "./batch-header.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { recordBytes, rowRestBytes, walkRecords, writeRecordStart, writeRowRest } from "./record-writer.ts";
import { SealedBatch, SealedPartition } from "./sealed-partition.ts";

/** What one `RecordBatch` will be: its header's place at `start`, its records up to `end`. */
interface Run {
  readonly start: number;
  end: number;
  readonly ids: number[];
}

export interface PartitionFillOptions {
  readonly topic: string;
  readonly partition: number;
  readonly pool: BufferPool;
  /** A record batch grows no larger than this; a heavier record has one of its own. */
  readonly maxBatchBytes: number;
  /** How much the buffer shall hold at first. */
  readonly expectedBytes: number;
}

/** The records of one partition while they are appended: encoded at once, in one buffer that grows. */
export class PartitionFill {
  readonly #options: PartitionFillOptions;
  #buffer: Buffer;
  #runs: Run[] = [];

  constructor(options: PartitionFillOptions) {
    this.#options = options;
    this.#buffer = options.pool.take(options.expectedBytes);
  }

  /** @returns the bytes that it grew by */
  append(row: RowView, registryId: number): number {
    const before = this.filledBytes;
    const restBytes = rowRestBytes(row);
    const run = this.#runFor(restBytes);
    const at = this.#place(run, restBytes, row.id);
    writeRowRest(this.#buffer, at, row, registryId);
    return run.end - before;
  }

  /** Takes records out; those behind them move up. */
  remove(ids: ReadonlySet<number>): void {
    const source = this.#buffer;
    const runs = this.#runs;
    this.#runs = [];
    this.#buffer = this.#options.pool.take(source.length);
    for (const { start, end, ids: runIds } of runs) {
      walkRecords(source, start + BATCH_HEADER_BYTES, end, (index, restStart, restEnd) => {
        const id = runIds[index] as number;
        if (ids.has(id)) return;
        const restBytes = restEnd - restStart;
        const at = this.#place(this.#runFor(restBytes), restBytes, id);
        source.copy(this.#buffer, at, restStart, restEnd);
      });
    }
    this.#options.pool.give(source);
  }

  get filledBytes(): number {
    return this.#runs.at(-1)?.end ?? 0;
  }

  holdsAny(ids: ReadonlySet<number>): boolean {
    return this.#runs.some((run) => run.ids.some((id) => ids.has(id)));
  }

  get events(): number {
    return this.#runs.reduce((sum, run) => sum + run.ids.length, 0);
  }

  /** Ends the filling: the buffer goes over to what is returned. */
  seal(): SealedPartition {
    const { topic, partition, pool } = this.#options;
    const batches = this.#runs.map(({ start, end, ids }) => new SealedBatch(this.#buffer.subarray(start, end), ids));
    return new SealedPartition({ topic, partition, batches, release: () => pool.give(this.#buffer) });
  }

  release(): void {
    this.#options.pool.give(this.#buffer);
  }

  /** The run that the next record belongs to, and room for it. */
  #runFor(restBytes: number): Run {
    const last = this.#runs.at(-1);
    if (last !== undefined) {
      const end = last.end + recordBytes(last.ids.length, restBytes);
      if (end - last.start <= this.#options.maxBatchBytes) {
        this.#grow(end);
        return last;
      }
    }
    const start = last?.end ?? 0;
    const run = { start, end: start + BATCH_HEADER_BYTES, ids: [] };
    this.#grow(run.end + recordBytes(0, restBytes));
    this.#runs.push(run);
    return run;
  }

  #place(run: Run, restBytes: number, id: number): number {
    const at = writeRecordStart(this.#buffer, run.end, run.ids.length, restBytes);
    run.end = at + restBytes;
    run.ids.push(id);
    return at;
  }

  #grow(bytes: number): void {
    const old = this.#buffer;
    if (bytes <= old.length) return;
    this.#buffer = this.#options.pool.take(bytes);
    old.copy(this.#buffer, 0, 0, this.filledBytes);
    // The old one is not given back: the next batch begins as large as this one is, and would leave it lying in the pool.
  }
}
