import type { AvroType, DecimalType, RecordType } from "./schema-type.ts";

type Pair = readonly [left: AvroType, right: AvroType];

/** Whether two types are written alike and read as the same values; see {@link SameTypes}. */
export function isSameType(left: AvroType, right: AvroType): boolean {
  return new SameTypes().areSame(left, right);
}

/**
 * Tells of pairs of types whether they are written alike and read as the same values: what only documents a schema, its
 * layout as text, defaults and aliases may differ. Remembers what it found, as types that are asked about one by one hold
 * each other: of a chain of records, each would be followed to its end.
 */
export class SameTypes {
  readonly #known = new Map<RecordType, Map<RecordType, boolean>>();

  areSame(left: AvroType, right: AvroType): boolean {
    // A list rather than recursion: types nest by name as deeply as they like. What is compared once is not again, as a
    // record may hold itself, and is the same if all else is.
    const compared = new Map<RecordType, AvroType>();
    const pending: Pair[] = [[left, right]];
    for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
      const [one, other] = pair;
      const verdict = this.#verdictOf(one, other, compared);
      if (verdict === true) continue;
      if (verdict === false || !isSameButForParts(one, other)) return this.#remember(left, right, false);
      if (one.kind === "record") compared.set(one, other);
      const parts = partsOf(one);
      const otherParts = partsOf(other);
      if (parts.length !== otherParts.length) return this.#remember(left, right, false);
      parts.forEach((part, i) => pending.push([part, otherParts[i] as AvroType]));
    }
    for (const [one, other] of compared) this.#remember(one, other, true);
    return true;
  }

  /** Of two records whether they are the same, as far as is known or taken for granted; null when it is not. */
  #verdictOf(one: AvroType, other: AvroType, compared: ReadonlyMap<RecordType, AvroType>): boolean | null {
    if (one.kind !== "record") return null;
    const counterpart = compared.get(one);
    if (counterpart !== undefined) return counterpart === other;
    return (other.kind === "record" ? this.#known.get(one)?.get(other) : undefined) ?? null;
  }

  #remember(one: AvroType, other: AvroType, isSame: boolean): boolean {
    if (one.kind !== "record" || other.kind !== "record") return isSame;
    const known = this.#known.get(one) ?? new Map<RecordType, boolean>();
    this.#known.set(one, known.set(other, isSame));
    return isSame;
  }
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

function namesOf({ fields }: RecordType): readonly string[] {
  return fields.map(({ name }) => name);
}

function areEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, i) => item === right[i]);
}
