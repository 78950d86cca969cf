import type { LintSubject } from "./lint-rule.ts";
import type { FieldUse } from "./schema-uses.ts";
import { singularOf, wordsOf } from "./words.ts";

/** How surely a field holds money, by its name. */
export type MoneyHint = "sure" | "likely" | "possible";

const hints: readonly (readonly [MoneyHint, ReadonlySet<string>])[] = [
  ["sure", wordSet("cost fare fee price revenue salary subtotal surcharge wage")],
  ["likely", wordSet("amount balance total")],
  ["possible", wordSet("charge credit debit deposit discount payment premium refund sum tax tip value vat")],
];

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}

/** Whole numbers of these are exact, and say so. */
const minorUnits = wordSet("cent cents minor pence penny");

/**
 * Judges by the last word, as `priceListId` and `totalWeight` are no money, and by the one before the "per" of a
 * `pricePerUnit`; null for a name without a hint.
 */
export function moneyHintOf(name: string): MoneyHint | null {
  const all = wordsOf(name);
  const per = all.indexOf("per");
  const words = per > 0 ? all.slice(0, per) : all;
  const last = words.at(-1) ?? "";
  const word = minorUnits.has(last) ? (words.at(-2) ?? "") : last;
  return hints.find(([, known]) => known.has(singularOf(word)))?.[0] ?? null;
}

/** Whether a name counts in minor units, as `priceCents` does. */
export function isInMinorUnits(name: string): boolean {
  return wordsOf(name).some((word) => minorUnits.has(word));
}

/** Whether the event names a currency for the field: beside it, or in its own record. */
export function hasCurrency({ event }: LintSubject, { owner }: FieldUse): boolean {
  return [...(event === null ? [] : [event.record]), owner].some(({ fields }) =>
    fields.some(({ name }) => wordsOf(name).includes("currency")),
  );
}

/** What to write instead. */
export const decimalHelp =
  'type it { "type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2 }, with the precision and scale that its currencies need';
