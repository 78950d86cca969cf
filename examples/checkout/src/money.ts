import { Decimal } from "@waybill/events";
import { Prisma } from "./generated/client.ts";

/** Digits behind the point of every amount, in the database (numeric(12,2)) and in the events. */
const SCALE = 2;

/** An amount of the database as events carry it. Exact. */
export function toEventAmount(amount: Prisma.Decimal): Decimal {
  return Decimal.parse(amount.toFixed(SCALE), SCALE);
}

/** An amount of an event as the database takes it. Exact. */
export function toDatabaseAmount(amount: Decimal): Prisma.Decimal {
  return new Prisma.Decimal(amount.toString());
}

/** The sum over lines of price times quantity. */
export function totalOf(
  lines: readonly { readonly unitPrice: Prisma.Decimal; readonly quantity: number }[],
): Prisma.Decimal {
  return lines.reduce((sum, line) => sum.plus(line.unitPrice.times(line.quantity)), new Prisma.Decimal(0));
}
