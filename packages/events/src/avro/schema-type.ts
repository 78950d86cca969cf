/** What a schema's types look like to the codec: names resolved, logical types recognised or dropped. */
export type AvroType =
  | PlainType
  | LongType
  | StringType
  | BytesType
  | FixedType
  | EnumType
  | ArrayType
  | MapType
  | UnionType
  | RecordType;

/** Types without attributes that matter here. */
export interface PlainType {
  readonly kind: "null" | "boolean" | "int" | "float" | "double";
}

/** A JavaScript bigint, or a Date where it is a timestamp (local timestamps are read as if in UTC). */
export interface LongType {
  readonly kind: "long";
  readonly timestamp: "millis" | "micros" | null;
}

/** A string; a uuid is checked when it is written. */
export interface StringType {
  readonly kind: "string";
  readonly uuid: boolean;
}

/** A Uint8Array, or a Decimal. */
export interface BytesType {
  readonly kind: "bytes";
  readonly decimal: DecimalType | null;
}

/** A Uint8Array of that size, a Decimal, or a uuid's text. */
export interface FixedType extends NamedType {
  readonly kind: "fixed";
  readonly size: number;
  readonly decimal: DecimalType | null;
  readonly uuid: boolean;
}

/** One of its symbols, as a string. */
export interface EnumType extends NamedType {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  /** What a reader takes for a symbol that it does not know. */
  readonly default: string | null;
  readonly doc: string | null;
}

/** A JavaScript array. */
export interface ArrayType {
  readonly kind: "array";
  readonly items: AvroType;
}

/** An object with any keys. */
export interface MapType {
  readonly kind: "map";
  readonly values: AvroType;
}

/** The value of one of its branches; records are told apart by `$type`. */
export interface UnionType {
  readonly kind: "union";
  readonly branches: readonly AvroType[];
}

/** An object with these fields. */
export interface RecordType extends NamedType {
  readonly kind: "record";
  readonly fields: readonly Field[];
  /**
   * The value of `$type`, for a record that stands in a union beside another record or a map; null for others.
   * It is the record's name, or its full name where two such records of one schema share the name.
   */
  readonly tag: string | null;
  /** Whether some value of the record may hold a value of the same record. */
  readonly recursive: boolean;
  readonly doc: string | null;
  /** What `"waybill.deprecated"` says, empty for a plain `true`; null when it is not deprecated. */
  readonly deprecated: string | null;
}

/** Digits in all, and behind the point. */
export interface DecimalType {
  readonly precision: number;
  readonly scale: number;
}

/** What records, enums and fixeds have in common. */
export interface NamedType {
  /** With the namespace: `orders.order.OrderPlaced`. */
  readonly fullName: string;
  /** Without the namespace. */
  readonly name: string;
  /** Full names. */
  readonly aliases: readonly string[];
}

/** One field of a record. */
export interface Field {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: AvroType;
  /** The default as the schema's JSON gives it (integers beyond 2^53 as bigint), undefined when there is none. */
  readonly default: unknown;
  readonly doc: string | null;
  /** Marked `"waybill.key": true`: the partition key. */
  readonly isKey: boolean;
  /** What `"waybill.deprecated"` says, empty for a plain `true`; null when it is not deprecated. */
  readonly deprecated: string | null;
}

/** Whether every value of the type takes no bytes at all, so that bytes cannot bound how many there are. */
export function isZeroWidth(type: AvroType): boolean {
  return hasNoWidth(type, new Set());
}

function hasNoWidth(type: AvroType, open: Set<AvroType>): boolean {
  if (type.kind === "null") return true;
  if (type.kind === "fixed") return type.size === 0;
  if (type.kind !== "record" || open.has(type)) return false;
  open.add(type);
  const empty = type.fields.every((field) => hasNoWidth(field.type, open));
  open.delete(type);
  return empty;
}

/** How a message calls what a type takes: `a string`, `a Decimal of scale 2`, `an OrderItem object`. */
export function describeType(type: AvroType): string {
  switch (type.kind) {
    case "null":
      return "null";
    case "boolean":
      return "a boolean";
    case "int":
      return "an integer of 32 bits";
    case "long":
      return type.timestamp === null ? "a bigint of 64 bits" : "a valid Date";
    case "float":
      return "a number within a float's range";
    case "double":
      return "a number";
    case "string":
      return type.uuid ? "a uuid" : "a string";
    case "bytes":
      return type.decimal === null ? "a Uint8Array" : describeDecimal(type.decimal);
    case "fixed":
      if (type.uuid) return "a uuid";
      return type.decimal === null ? `a Uint8Array of ${type.size} bytes` : describeDecimal(type.decimal);
    case "array":
      return "an array";
    case "map":
      return "a plain object";
    case "enum":
      return type.symbols.length > 20 ? `a symbol of ${type.name}` : `one of ${type.symbols.join(", ")}`;
    case "record":
      return `an object (${type.name})`;
    case "union":
      return type.branches.map(describeType).join(" or ");
  }
}

function describeDecimal({ scale }: DecimalType): string {
  return `a Decimal of scale ${scale}`;
}
