import { Decimal } from "@waybill/events";
import type { Random } from "./random.ts";

/** What a field's words say about its number: the least and the greatest. */
const ranges: readonly (readonly [RegExp, number, number])[] = [
  [/\b(quantity|count|pieces|seats|nights|guests)\b/, 1, 10],
  [/\b(attempts?|retries|retry|version|revision|position|index|rank|level|priority)\b/, 1, 5],
  [/\byear\b/, 2020, 2026],
  [/\bmonth\b/, 1, 12],
  [/\bday\b/, 1, 28],
  [/\bage\b/, 18, 90],
  [/\b(percent|percentage|discount)\b/, 0, 100],
  [/\b(rate|ratio|share|probability)\b/, 0, 1],
  [/\b(rating|stars|score)\b/, 1, 5],
  [/\b(latitude|lat)\b/, -60, 70],
  [/\b(longitude|lon|lng)\b/, -180, 180],
  [/\b(weight|grams)\b/, 100, 20_000],
  [/\b(amount|price|total|cost|fee|tax|cents|balance|subtotal)\b/, 1, 500],
  [/\bport\b/, 1024, 65_535],
];

/** @param words the name of a field */
function rangeOf(words: string): readonly [number, number] {
  const [, min, max] = ranges.find(([pattern]) => pattern.test(words)) ?? [null, 0, 1000];
  return [min, max];
}

/** A number for an int or a long. */
export function plausibleInteger(random: Random, words: string): number {
  return random.integer(...rangeOf(words));
}

/** A multiple of a quarter, which a float holds exactly. */
export function plausibleFloat(random: Random, words: string): number {
  const [min, max] = rangeOf(words);
  return random.integer(min * 4, max * 4) / 4;
}

/** As many digits as the precision has room for. */
export function plausibleDecimal(random: Random, words: string, precision: number, scale: number): Decimal {
  const [min, max] = rangeOf(words);
  const wholeDigits = precision - scale;
  const whole =
    wholeDigits === 0 ? 0 : Math.min(random.integer(Math.max(min, 0), max), 10 ** Math.min(wholeDigits, 9) - 1);
  const fraction = Array.from({ length: scale }, (_, index) => (index < 2 ? random.integer(0, 9) : 0)).join("");
  return new Decimal(BigInt(`${whole}${fraction}`), scale);
}
