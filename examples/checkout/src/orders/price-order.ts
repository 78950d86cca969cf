import type { Prisma } from "../generated/client.ts";
import { totalOf } from "../money.ts";
import { OrderRefusal } from "./order-refusal.ts";
import type { OrderRequest } from "./order-request.ts";

/** What the catalogue says of a product. */
export interface CatalogueEntry {
  readonly id: string;
  readonly name: string;
  readonly price: Prisma.Decimal;
}

export interface OrderLine {
  readonly productId: string;
  readonly name: string;
  readonly quantity: number;
  readonly unitPrice: Prisma.Decimal;
}

export interface PricedOrder {
  readonly lines: readonly OrderLine[];
  readonly total: Prisma.Decimal;
}

/**
 * Puts the catalogue's names and prices on the lines of an order.
 *
 * @throws OrderRefusal naming every product that is unknown or stands on two lines
 */
export function priceOrder(items: OrderRequest["items"], catalogue: readonly CatalogueEntry[]): PricedOrder {
  const products = new Map(catalogue.map((product) => [product.id, product]));
  const problems: string[] = [];
  const seen = new Set<string>();
  const lines: OrderLine[] = [];
  for (const { productId, quantity } of items) {
    const product = products.get(productId.toLowerCase());
    if (product === undefined) problems.push(`there is no product ${productId}`);
    else if (seen.has(product.id)) problems.push(`product ${product.id} stands on two lines: add up the quantities`);
    else lines.push({ productId: product.id, name: product.name, quantity, unitPrice: product.price });
    if (product !== undefined) seen.add(product.id);
  }
  if (problems.length > 0) throw new OrderRefusal(problems);
  return { lines, total: totalOf(lines) };
}
