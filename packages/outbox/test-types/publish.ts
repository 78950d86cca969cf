// Compiled by test/types.test.ts, never run. Each @ts-expect-error is an error itself when the next line compiles.
import { describeEvent, type EventDescriptor } from "@waybill/events";
import type { ShopClient, ShopTransaction } from "@waybill/harness";
import {
  createOutbox,
  createRelayNotifier,
  event,
  publish,
  publishAll,
  type PublishOptions,
  runInContext,
  type TransactionClient,
  waybillExtension,
} from "@waybill/outbox";
import type { Client, Pool } from "pg";

interface Placed {
  readonly orderId: string;
  readonly totalCents: bigint;
}
declare const prisma: ShopClient;
declare const tx: ShopTransaction;
declare const pool: Pool;
declare const client: Client;
declare const dynamic: EventDescriptor;
const placed = describeEvent<"orders.order.placed", 1, Placed>({ type: "orders.order.placed", version: 1, schema: "" });
const placedV2 = describeEvent<"orders.order.placed", 2, Placed, { 1: typeof placed }>({
  type: "orders.order.placed",
  version: 2,
  schema: "",
  earlier: { 1: placed },
});
const extended = prisma.$extends(waybillExtension);
const data: Placed = { orderId: "1", totalCents: 1n };

// What must compile.
const id: Promise<string> = publish(tx, placed, data);
void publish(tx, placedV2, data, { lockKey: true, headers: { a: "b" }, key: null });
void publish(tx, dynamic, { anything: 1 });
void publishAll(tx, [event(placed, data), event(placedV2, data, { topic: "t" }), event(dynamic, 5)]);
void prisma.$transaction((inner) => publish(inner, placed, data));
void prisma.$transaction((inner) => inner.$transaction((innermost) => publish(innermost, placed, data)));
void extended.$transaction((inner) => publish(inner, placed, data));
const ids: Promise<string> = extended.$transaction((inner) => inner.$publish(placed, data));
void extended.$transaction((inner) => inner.$publishAll([event(placed, data)]));
void extended.$extends({}).$transaction((inner) => inner.$publish(placedV2, data, { source: "/s" }));
void prisma.$extends(createOutbox({ source: "/s" }).extension).$transaction((inner) => inner.$publish(placed, data));
const sum: number = runInContext({ correlationId: "c" }, () => 1 + 1);
const ownFunction = (client: TransactionClient) => publish(client, placed, data);
void extended.$transaction(ownFunction);
const notify: () => void = createRelayNotifier(prisma, { intervalMs: 50 });
createRelayNotifier(extended);
createRelayNotifier(pool);
export { id, ids, notify, sum };

// What must not.
// @ts-expect-error the root client is not a transaction
void publish(prisma, placed, data);
// @ts-expect-error nor is an extended root client
void publish(extended, placed, data);
// @ts-expect-error nor for several events
void publishAll(prisma, [event(placed, data)]);
// @ts-expect-error the data is typed
void publish(tx, placed, { orderId: 1, totalCents: 1n });
// @ts-expect-error a field is missing
void publish(tx, placed, { orderId: "1" });
// @ts-expect-error a field is unknown
void publish(tx, placed, { orderId: "1", totalCents: 1n, total: 1 });
// @ts-expect-error the data of one of several is typed
void publishAll(tx, [event(placed, { orderId: "1", totalCents: 1 })]);
// @ts-expect-error a descriptor alone is no event
void publishAll(tx, [placed]);
// @ts-expect-error $publish outside of a transaction
void extended.$publish(placed, data);
// @ts-expect-error $publishAll outside of a transaction
void extended.$publishAll([event(placed, data)]);
// @ts-expect-error the data is typed there too
void extended.$transaction((inner) => inner.$publish(placed, { orderId: "1" }));
// @ts-expect-error options are checked
export const options: PublishOptions = { lockkey: true };
// @ts-expect-error a transaction must not notify
createRelayNotifier(tx);
// @ts-expect-error nor a client that may be in one
createRelayNotifier(client);
