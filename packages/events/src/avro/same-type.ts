import type { AvroType, DecimalType, RecordType } from "./schema-type.ts";

/**
 * Whether two types are written alike and read as the same values: what only documents a schema, its layout as text,
 * defaults and aliases may differ.
 */
export function isSameType(left: AvroType, right: AvroType): boolean {
  return isSame(left, right, new Map());
}

/** `open` holds the records that are being compared: a record may hold itself, and is the same if all else is. */
function isSame(left: AvroType, right: AvroType, open: Map<RecordType, RecordType>): boolean {
  if ("fullName" in left && "fullName" in right && left.fullName !== right.fullName) return false;
  switch (left.kind) {
    case "long":
      return right.kind === "long" && left.timestamp === right.timestamp;
    case "string":
      return right.kind === "string";
    case "bytes":
      return right.kind === "bytes" && isSameDecimal(left.decimal, right.decimal);
    case "fixed":
      return (
        right.kind === "fixed" &&
        left.size === right.size &&
        left.uuid === right.uuid &&
        isSameDecimal(left.decimal, right.decimal)
      );
    case "enum":
      return right.kind === "enum" && areSame(left.symbols, right.symbols, (one, other) => one === other);
    case "array":
      return right.kind === "array" && isSame(left.items, right.items, open);
    case "map":
      return right.kind === "map" && isSame(left.values, right.values, open);
    case "union":
      return right.kind === "union" && areSame(left.branches, right.branches, (one, other) => isSame(one, other, open));
    case "record":
      return right.kind === "record" && isSameRecord(left, right, open);
    default:
      return left.kind === right.kind;
  }
}

function isSameDecimal(left: DecimalType | null, right: DecimalType | null): boolean {
  return left?.scale === right?.scale;
}

function isSameRecord(left: RecordType, right: RecordType, open: Map<RecordType, RecordType>): boolean {
  const known = open.get(left);
  if (known !== undefined) return known === right;
  open.set(left, right);
  return (
    left.tag === right.tag &&
    areSame(left.fields, right.fields, (one, other) => one.name === other.name && isSame(one.type, other.type, open))
  );
}

function areSame<Item>(
  left: readonly Item[],
  right: readonly Item[],
  same: (one: Item, other: Item) => boolean,
): boolean {
  return left.length === right.length && left.every((item, i) => same(item, right[i]!));
}
