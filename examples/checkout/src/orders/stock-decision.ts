/** Pieces of one product. */
export interface StockLine {
  readonly productId: string;
  readonly quantity: number;
}

export interface Shortage {
  readonly productId: string;
  readonly requested: number;
  readonly available: number;
}

/** What stands in the way of reserving every line; empty when nothing does. A product that is unknown has no stock. */
export function findShortages(lines: readonly StockLine[], free: ReadonlyMap<string, number>): Shortage[] {
  return lines
    .map(({ productId, quantity }) => ({ productId, requested: quantity, available: free.get(productId) ?? 0 }))
    .filter(({ requested, available }) => requested > available);
}
