/**
 * What the compiler must take and refuse; `tsc -b` runs it. A line under `@ts-expect-error` that compiles is an error.
 */
import type { Branded } from "@waybill/events";

type OrderId = Branded<"OrderId">;
/** As another package declares it. */
type SameOrderId = Branded<"OrderId">;
type CustomerId = Branded<"CustomerId">;

declare const orderId: OrderId;

export const same: SameOrderId = orderId;
export const text: string = orderId;
// @ts-expect-error another brand
export const customerId: CustomerId = orderId;
// @ts-expect-error any string
export const plain: OrderId = "order-1";
