import { setTimeout as delay } from "node:timers/promises";

export interface Booking {
  readonly carrier: string;
  readonly trackingNumber: string;
}

export interface Carrier {
  /** Books a collection. The same idempotency key again gives the same booking. */
  book(request: { readonly idempotencyKey: string }): Promise<Booking>;
}

/** A carrier in this process, which answers after `latencyMs` with a tracking number made of the key. */
export function simulateCarrier(latencyMs: number): Carrier {
  return {
    async book({ idempotencyKey }) {
      await delay(latencyMs);
      return {
        carrier: "Postbote",
        trackingNumber: `PB${idempotencyKey.replaceAll("-", "").slice(-12).toUpperCase()}`,
      };
    },
  };
}
