import type { AvroType, DecimalType } from "./schema-type.ts";

type Pair = readonly [left: AvroType, right: AvroType];

/**
 * Whether two types are written alike and read as the same values: what only documents a schema, its layout as text,
 * defaults and aliases may differ.
 */
export function isSameType(left: AvroType, right: AvroType): boolean {
  // A list rather than recursion: types nest by name as deeply as they like. What is compared once is not again, as a
  // record may hold itself, and is the same if all else is.
  const compared = new Map<AvroType, AvroType>();
  const pending: Pair[] = [[left, right]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [one, other] = pair;
    const known = one.kind === "record" ? compared.get(one) : undefined;
    if (known === other) continue;
    if (known !== undefined || !isSameButForParts(one, other)) return false;
    if (one.kind === "record") compared.set(one, other);
    const parts = partsOf(one);
    const otherParts = partsOf(other);
    if (parts.length !== otherParts.length) return false;
    parts.forEach((part, i) => pending.push([part, otherParts[i] as AvroType]));
  }
  return true;
}

/** The types that a type is made of, in their order. */
function partsOf(type: AvroType): readonly AvroType[] {
  switch (type.kind) {
    case "array":
      return [type.items];
    case "map":
      return [type.values];
    case "union":
      return type.branches;
    case "record":
      return type.fields.map((field) => field.type);
    default:
      return [];
  }
}

function isSameButForParts(left: AvroType, right: AvroType): boolean {
  if ("fullName" in left && "fullName" in right && left.fullName !== right.fullName) return false;
  switch (left.kind) {
    case "long":
      return right.kind === "long" && left.timestamp === right.timestamp;
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
      return right.kind === "enum" && areEqual(left.symbols, right.symbols);
    case "record":
      return right.kind === "record" && left.tag === right.tag && areEqual(namesOf(left), namesOf(right));
    default:
      return left.kind === right.kind;
  }
}

function isSameDecimal(left: DecimalType | null, right: DecimalType | null): boolean {
  return left?.scale === right?.scale;
}

function namesOf({ fields }: Extract<AvroType, { kind: "record" }>): readonly string[] {
  return fields.map(({ name }) => name);
}

function areEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, i) => item === right[i]);
}
