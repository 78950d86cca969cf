import type { RowView } from "../publishers/lane-publisher.ts";
import type { RowSink } from "../rows/row-sink.ts";
import { rowBytes } from "../rows/row-view.ts";

/** Ends a batch when it weighs enough, and keeps count of what the sink behind it has taken. */
export class BatchTaker implements RowSink {
  readonly #sink: RowSink;
  readonly #maxBytes: number;
  taken = 0;
  bytes = 0;
  /** Of the last row taken; 0 before the first. */
  lastId = 0;

  /** @param maxBytes once the rows weigh this much, no more are taken; the first is always offered */
  constructor(sink: RowSink, maxBytes: number) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  take(row: RowView): boolean | Promise<boolean> {
    if (this.bytes >= this.#maxBytes && this.taken > 0) return false;
    const isTaken = this.#sink.take(row);
    return typeof isTaken === "boolean" ? this.#count(isTaken, row) : isTaken.then((taken) => this.#count(taken, row));
  }

  #count(isTaken: boolean, row: RowView): boolean {
    if (!isTaken) return false;
    this.taken++;
    this.bytes += rowBytes(row);
    this.lastId = row.id;
    return true;
  }
}
