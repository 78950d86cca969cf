import { setTimeout as delay } from "node:timers/promises";

/** Why a payment can fail: symbols of payments.payment.failed. */
export type DeclineReason = "CARD_DECLINED" | "CARD_EXPIRED" | "INSUFFICIENT_FUNDS";

export type ChargeResult =
  | { readonly succeeded: true; readonly reference: string }
  | { readonly succeeded: false; readonly reason: DeclineReason };

export interface PaymentGateway {
  /**
   * Takes a payment. The same idempotency key again gives the same answer and takes nothing more.
   *
   * @param cardToken what the gateway's own form in the browser gave out; card numbers never reach the shop
   */
  charge(request: { readonly idempotencyKey: string; readonly cardToken: string }): Promise<ChargeResult>;
  /** Pays all of it back. The same idempotency key again pays nothing more. */
  refund(request: { readonly idempotencyKey: string; readonly reference: string }): Promise<void>;
}

/** Card tokens that the simulated gateway declines; it accepts all others. */
export const DECLINED_CARDS: Readonly<Record<string, DeclineReason>> = {
  card_declined: "CARD_DECLINED",
  card_expired: "CARD_EXPIRED",
  card_empty: "INSUFFICIENT_FUNDS",
};

/** A gateway in this process: it decides by the card token alone, after `latencyMs`. */
export function simulatePaymentGateway(latencyMs: number): PaymentGateway {
  const answers = new Map<string, ChargeResult>();
  const decide = (key: string, cardToken: string): ChargeResult => {
    const reason = DECLINED_CARDS[cardToken];
    return reason === undefined ? { succeeded: true, reference: `pay_${key}` } : { succeeded: false, reason };
  };
  return {
    async charge({ idempotencyKey, cardToken }) {
      await delay(latencyMs);
      const answer = answers.get(idempotencyKey) ?? decide(idempotencyKey, cardToken);
      answers.set(idempotencyKey, answer);
      return answer;
    },
    async refund() {
      await delay(latencyMs);
    },
  };
}
