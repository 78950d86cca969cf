import type { RowView } from "../publishers/lane-publisher.ts";

/** Where a reader puts rows. */
export interface RowSink {
  /**
   * Takes a row, or refuses it: then the batch ends before it, and no further row of this read is offered. The view is
   * valid until the answer. Answers at once but for rows that need a look-up.
   */
  take(row: RowView): boolean | Promise<boolean>;
}
