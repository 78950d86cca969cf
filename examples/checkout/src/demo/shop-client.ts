import type { OrderRequest } from "../orders/order-request.ts";

/** An order as POST /orders answered it. */
export interface AcceptedOrder {
  readonly id: string;
  /** Carried by every event that the order set off. */
  readonly correlationId: string;
  /** From the request to the whole answer, in milliseconds. */
  readonly durationMs: number;
}

/** The shop's API over HTTP. */
export interface ShopClient {
  registerCustomer(email: string): Promise<string>;
  placeOrder(request: OrderRequest, path?: "/orders" | "/synchronous-orders"): Promise<AcceptedOrder>;
}

/** @throws Error with status and body for every answer but 201 */
export function createShopClient(url: string): ShopClient {
  const post = async (path: string, body: object) => {
    const startedAt = performance.now();
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    const durationMs = performance.now() - startedAt;
    if (response.status !== 201) throw new Error(`POST ${path} answered ${response.status}: ${answer}`);
    const { id } = JSON.parse(answer) as { id: string };
    return { id, correlationId: response.headers.get("x-correlation-id") ?? "", durationMs };
  };
  return {
    registerCustomer: async (email) => (await post("/customers", { email, locale: "en" })).id,
    placeOrder: (request, path = "/orders") => post(path, request),
  };
}
