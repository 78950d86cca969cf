import type { SourcePosition } from "../source-position.ts";

/** What can differ between a reader and a writer that Avro's schema resolution lets pass. */
export type LogicalChangeKind =
  /** The reader puts the decimal point elsewhere. */
  | "DECIMAL_SCALE_CHANGED"
  /** The reader's decimals have fewer digits. More digits are no change: every value fits. */
  | "DECIMAL_PRECISION_NARROWED"
  /** The reader counts a time or timestamp in another unit. */
  | "TIME_UNIT_CHANGED"
  | "LOGICAL_TYPE_CHANGED"
  /** The reader has none where the writer has one. */
  | "LOGICAL_TYPE_LOST"
  /** The reader has one where the writer has none. */
  | "LOGICAL_TYPE_GAINED"
  /** Both have a default, and they differ. */
  | "DEFAULT_CHANGED"
  /** The reader takes unknown symbols for another one, or for none any more. */
  | "ENUM_DEFAULT_CHANGED"
  /** The partition key is another field. */
  | "KEY_MOVED"
  /** The reader's partition key takes fewer values. */
  | "KEY_NARROWED";

/** One value that a reader takes otherwise than the writer meant it, although it can read it. */
export interface LogicalChange {
  readonly kind: LogicalChangeKind;
  /** Where in the data, by the reader's names: `lines[].price`; empty for the whole datum. */
  readonly path: string;
  /** What differs and what comes of it. */
  readonly message: string;
  readonly reader: SourcePosition;
  readonly writer: SourcePosition;
}
