import type { OrderRequest } from "../orders/order-request.ts";
import { DECLINED_CARDS } from "../providers/payment-gateway.ts";
import type { OutcomeName } from "./outcome-check.ts";

/** Which instance of the API takes an order: the release before still publishes orders.order.placed version 1. */
export type ApiRelease = "current" | "previous";

/** An order that the demo places, and how it must end. */
export interface PlannedOrder {
  readonly release: ApiRelease;
  readonly request: OrderRequest;
  /** What decides how it ends: the card, the scarce product, or nothing. */
  readonly obstacle: "declined card" | "scarce product" | "none";
}

export interface Workload {
  readonly orders: readonly PlannedOrder[];
  readonly expected: Readonly<Record<OutcomeName, number>>;
}

/** What the workload draws on. */
export interface Assortment {
  readonly customerIds: readonly string[];
  /** Products with plenty in stock. */
  readonly productIds: readonly string[];
  /** A product of which too little is in stock: one piece an order. */
  readonly scarceProductId: string;
  readonly scarceStock: number;
  /** Pieces of all of them together. */
  readonly totalStock: number;
}

const GOOD_CARD = "card_good";

/** By the last digit of an order's number. */
const OBSTACLES: ReadonlyMap<number, PlannedOrder["obstacle"]> = new Map([
  [3, "declined card"],
  [7, "scarce product"],
]);

/**
 * Of every ten orders one has a card that the gateway declines, one wants the scarce product, and one goes to the API's
 * previous release. Which orders get the scarce product is open; how many is not. Pure.
 */
export function planWorkload(count: number, assortment: Assortment): Workload {
  const orders = Array.from({ length: count }, (_, index) => planOrder(index, assortment));
  const declined = orders.filter(({ obstacle }) => obstacle === "declined card").length;
  const scarce = orders.filter(({ obstacle }) => obstacle === "scarce product").length;
  const outOfStock = Math.max(0, scarce - assortment.scarceStock);
  return {
    orders,
    expected: { delivered: count - declined - outOfStock, "payment failed": declined, "out of stock": outOfStock },
  };
}

function planOrder(index: number, { customerIds, productIds, scarceProductId }: Assortment): PlannedOrder {
  const customerId = pick(customerIds, index * 7);
  const lines = 1 + (index % 3);
  const plenty = Array.from({ length: lines }, (_, line) => {
    return { productId: pick(productIds, index + line), quantity: 1 + ((index + line) % 2) };
  });
  const obstacle = OBSTACLES.get(index % 10) ?? "none";
  const card = obstacle === "declined card" ? pick(Object.keys(DECLINED_CARDS), Math.floor(index / 10)) : GOOD_CARD;
  const items = obstacle === "scarce product" ? [{ productId: scarceProductId, quantity: 1 }] : plenty;
  return {
    release: index % 10 === 5 ? "previous" : "current",
    request: { customerId, items, cardToken: card },
    obstacle,
  };
}

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}
