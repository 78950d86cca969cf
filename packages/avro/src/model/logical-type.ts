/** A logical type of Avro 1.12, told apart by `name`. */
export type LogicalType = DecimalLogicalType | SimpleLogicalType;

export interface DecimalLogicalType {
  readonly name: "decimal";
  /** Decimal digits in all, at least 1. */
  readonly precision: number;
  /** Digits after the point, from 0 to the precision. */
  readonly scale: number;
}

export interface SimpleLogicalType {
  readonly name: SimpleLogicalTypeName;
}

/** The logical types without attributes. */
export type SimpleLogicalTypeName =
  | "big-decimal"
  | "uuid"
  | "date"
  | "time-millis"
  | "time-micros"
  | "timestamp-millis"
  | "timestamp-micros"
  | "timestamp-nanos"
  | "local-timestamp-millis"
  | "local-timestamp-micros"
  | "local-timestamp-nanos"
  | "duration";
