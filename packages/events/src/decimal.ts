const brand = Symbol.for("@waybill/events/Decimal");
const pattern = /^([+-]?)(\d+)(?:\.(\d+))?$/;

/**
 * An exact decimal number: `unscaled` / 10^`scale`, as Avro's `decimal` logical type holds it. Immutable.
 *
 * Arithmetic never rounds. What would need rounding (division, percentages) is left to a library of the caller's
 * choice; hand its result over as text.
 */
export class Decimal {
  /** The digits without the point: 1250n for 12.50. */
  readonly unscaled: bigint;
  /** How many of the digits stand behind the point: 2 for 12.50. */
  readonly scale: number;

  /**
   * @throws TypeError when the digits are no bigint
   * @throws RangeError when the scale is not an integer from 0 to 1,000,000
   */
  constructor(unscaled: bigint, scale: number) {
    if (typeof unscaled !== "bigint") throw new TypeError(`a Decimal's digits are a bigint, not ${typeof unscaled}`);
    if (!(scale >= 0 && scale <= 1_000_000 && Number.isInteger(scale))) {
      throw new RangeError(`a Decimal's scale is an integer from 0 to 1,000,000, not ${String(scale)}`);
    }
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /**
   * Reads plain notation: `"12.5"`, `"-0.05"`, `"7"`.
   *
   * @param scale pads with zeros to this scale; default: the digits written behind the point
   * @throws SyntaxError when the text is not a plain decimal number (no exponent, no spaces, no bare point)
   * @throws RangeError when the text has more digits behind the point than `scale`, zeros apart
   */
  static parse(text: string, scale?: number): Decimal {
    const match = pattern.exec(text);
    if (match === null) throw new SyntaxError("not a decimal number: expected digits such as 12.50");
    const [, sign, whole = "", fraction = ""] = match;
    const unscaled = BigInt(whole + fraction);
    const exact = new Decimal(sign === "-" ? -unscaled : unscaled, fraction.length);
    return scale === undefined ? exact : exact.rescale(scale);
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(value: unknown): value is Decimal {
    return typeof value === "object" && value !== null && brand in value;
  }

  /**
   * The same number with another scale.
   *
   * @throws RangeError when that would drop a digit other than zero
   */
  rescale(scale: number): Decimal {
    if (scale === this.scale) return this;
    if (scale > this.scale) return new Decimal(this.unscaled * 10n ** BigInt(scale - this.scale), scale);
    const divisor = 10n ** BigInt(this.scale - scale);
    if (this.unscaled % divisor !== 0n) {
      throw new RangeError(`a Decimal with digits beyond the point does not fit scale ${scale}: round it first`);
    }
    return new Decimal(this.unscaled / divisor, scale);
  }

  /** Exact; the scale is the larger of the two. */
  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.rescale(scale).unscaled + other.rescale(scale).unscaled, scale);
  }

  /** Exact; the scale is the larger of the two. */
  minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  /**
   * Exact; keeps the scale.
   *
   * @throws RangeError when the factor is a number that is not an integer
   */
  times(factor: number | bigint): Decimal {
    return new Decimal(this.unscaled * BigInt(factor), this.scale);
  }

  /** The number times -1. */
  negated(): Decimal {
    return new Decimal(-this.unscaled, this.scale);
  }

  /** -1, 0 or 1 as this number is less than, equal to or greater than the other, whatever their scales. */
  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale);
    const left = this.rescale(scale).unscaled;
    const right = other.rescale(scale).unscaled;
    if (left === right) return 0;
    return left < right ? -1 : 1;
  }

  /** The same number, whatever the scales: 1.5 equals 1.50. */
  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  /** Plain notation with exactly `scale` digits behind the point: `"12.50"`, `"-0.05"`, `"7"`. */
  toString(): string {
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, "0");
    const sign = this.unscaled < 0n ? "-" : "";
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }

  /** The nearest floating-point number. Not exact: for display and statistics, not for money. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** As {@link toString}: JSON has no exact numbers. */
  toJSON(): string {
    return this.toString();
  }
}

Object.defineProperty(Decimal.prototype, brand, { value: true });
