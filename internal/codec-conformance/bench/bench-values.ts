import { Decimal } from "@waybill/events";
import type { Random } from "@waybill/codec-conformance";

/** An order of about 280 bytes, as shops make them: mostly short ASCII. */
export function randomOrder(random: Random): Record<string, unknown> {
  const hex = (length: number) => Array.from({ length }, () => random.below(16).toString(16)).join("");
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const items = Array.from({ length: 2 + random.below(3) }, () => ({
    productId: `sku-${hex(8)}`,
    quantity: 1 + random.below(9),
    price: new Decimal(BigInt(100 + random.below(50_000)), 2),
  }));
  return {
    orderId: uuid(),
    customerId: `cust-${hex(8)}`,
    items,
    total: items.reduce((sum, { price, quantity }) => sum.plus(price.times(quantity)), new Decimal(0n, 2)),
    currency: random.pick(["EUR", "USD", "GBP"]),
    placedAt: new Date(1_763_000_000_000 + random.below(1e9)),
    note: random.below(2) === 0 ? null : "leave at the door",
    channel:
      random.below(5) < 3
        ? { $type: "WebChannel", sessionId: hex(16), userAgent: "Mozilla/5.0 (X11; Linux)" }
        : { $type: "StoreChannel", storeId: random.below(5000), clerk: hex(10) },
    globalSequence: BigInt(random.below(5_000_000)),
    metadata: { traceId: hex(16), source: "checkout", correlationId: uuid() },
    aggregateVersion: BigInt(random.below(20)),
    legacyReference: "legacy-1",
  };
}
