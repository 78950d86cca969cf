import type { CancellationReason, PaymentOutcome, StockOutcome } from "../generated/enums.ts";

/** What an order that was placed becomes, given what is known of its payment and its stock. */
export type OrderVerdict =
  | { readonly status: "PLACED" }
  | { readonly status: "CONFIRMED" }
  | { readonly status: "CANCELLED"; readonly reason: CancellationReason };

/**
 * The saga's decision. The two outcomes arrive on two topics, in either order; the first bad one cancels, and both
 * good ones confirm.
 */
export function decideOrder(payment: PaymentOutcome, stock: StockOutcome): OrderVerdict {
  if (payment === "FAILED") return { status: "CANCELLED", reason: "PAYMENT_FAILED" };
  if (stock === "REJECTED") return { status: "CANCELLED", reason: "OUT_OF_STOCK" };
  return payment === "SUCCEEDED" && stock === "RESERVED" ? { status: "CONFIRMED" } : { status: "PLACED" };
}
