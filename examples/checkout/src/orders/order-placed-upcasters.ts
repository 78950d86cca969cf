import type { OrderPlacedUpcasters, OrderPlacedV1, OrderPlacedV2 } from "@shop-events/orders/order.placed";
import { Decimal } from "@waybill/events";

/** How every reaction reads the earlier generations of orders.order.placed. */
export const orderPlacedUpcasters: OrderPlacedUpcasters = { 1: countIntoLines };

/**
 * The first generation listed a product id for each piece and no prices: pieces are counted into lines, and the prices
 * are unknown. They are set to zero, so that nobody takes a guess for a price; the total is exact.
 */
function countIntoLines(data: OrderPlacedV1): OrderPlacedV2 {
  const quantities = new Map<string, number>();
  for (const productId of data.items) quantities.set(productId, (quantities.get(productId) ?? 0) + 1);
  const unitPrice = new Decimal(0n, 2);
  const items = [...quantities].map(([productId, quantity]) => ({ productId, name: null, quantity, unitPrice }));
  return { ...data, items, shippingAddressId: null };
}
