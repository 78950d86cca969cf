/**
 * What the compiler must take and refuse; `tsc -b` runs it. A line under `@ts-expect-error` that compiles is an error.
 */
import { createConsumer, type TransactionOf } from "@waybill/consumer";
import type { Envelope, EventDescriptor } from "@waybill/events";
import type { ShopClient, ShopTransaction } from "@waybill/harness";

interface PlacedV1 {
  readonly orderId: string;
  readonly itemIds: readonly string[];
}
interface PlacedV2 {
  readonly orderId: string;
  readonly totalCents: bigint;
}
declare const placedV1: EventDescriptor<"orders.order.placed", 1, PlacedV1, {}>;
declare const placedV2: EventDescriptor<"orders.order.placed", 2, PlacedV2, { 1: typeof placedV1 }>;
declare const unknownEvent: EventDescriptor;
declare const prisma: ShopClient;

const settings = { groupId: "g", brokers: ["localhost:9092"], registryUrl: "http://localhost:8081", prisma };
const consumer = createConsumer(settings);
const upcast = { 1: ({ orderId }: PlacedV1): PlacedV2 => ({ orderId, totalCents: 0n }) };

// The event, its envelope and the transaction are typed by the descriptor and the client.
consumer.on(placedV1, async (event, { tx, signal, attempt }) => {
  const ids: readonly string[] = event.data.itemIds;
  const envelope: [string, number, Date, string | null] = [event.id, event.version, event.time, event.subject];
  const shopTx: ShopTransaction = tx;
  const rest: [AbortSignal, number] = [signal, attempt];
  await shopTx.order.update({ where: { id: event.data.orderId }, data: { status: ids.join() } });
  return void [envelope, rest];
});
consumer.on(placedV1, async (event) => {
  // @ts-expect-error version 1 has no totalCents
  event.data.totalCents;
});
consumer.on(placedV1, async (_event, { tx }) => {
  // @ts-expect-error the shop has no such model
  await tx.invoice.findMany();
});
// @ts-expect-error a handler is asynchronous: its end is the commit
consumer.on(placedV1, (event) => event.id);

// Upcasters are required exactly when there are earlier generations.
consumer.on(placedV2, { upcast }, async (event) => {
  const cents: bigint = event.data.totalCents;
  return void cents;
});
// @ts-expect-error no upcaster for the earlier generation
consumer.on(placedV2, async () => {});
// @ts-expect-error no upcaster for version 1
consumer.on(placedV2, { upcast: {} }, async () => {});
// @ts-expect-error the upcaster makes something else
consumer.on(placedV2, { upcast: { 1: ({ orderId }) => ({ orderId }) } }, async () => {});
consumer.on(
  placedV2,
  { upcast: { 1: ({ orderId, itemIds }) => ({ orderId, totalCents: BigInt(itemIds.length) }) } },
  async () => {},
);
// @ts-expect-error version 1 has no earlier generation to upcast
consumer.on(placedV1, { upcast }, async () => {});

// A third generation asks for the step from the second, and leaves that from the first as it is.
interface PlacedV3 {
  readonly orderId: string;
  readonly total: string;
}
declare const placedV3: EventDescriptor<"orders.order.placed", 3, PlacedV3, { 1: typeof placedV1; 2: typeof placedV2 }>;
// @ts-expect-error no upcaster from version 2 to version 3
consumer.on(placedV3, { upcast }, async () => {});
const toV3 = ({ orderId, totalCents }: PlacedV2, { source }: Envelope): PlacedV3 => ({
  orderId,
  total: `${totalCents} ${source}`,
});
consumer.on(placedV3, { upcast: { ...upcast, 2: toV3 } }, async ({ data }) => void data.total);
// Its steps do for a handler of the second.
const all = { ...upcast, 2: toV3 };
consumer.on(placedV2, { upcast: all }, async ({ data }) => void data.totalCents);

// A descriptor made at run time may have earlier generations or not.
consumer.on(unknownEvent, async (event) => void event.data);
consumer.on(unknownEvent, { upcast: { 1: (data) => data } }, async () => {});

// Handlers chain, each with its own types.
consumer
  .on(placedV1, async ({ data }) => void data.itemIds)
  .on(placedV2, { upcast }, async ({ data }) => void data.totalCents);

// @ts-expect-error brokers or kafka
createConsumer({ groupId: "g", registryUrl: "http://localhost:8081", prisma });
// @ts-expect-error no Prisma client
createConsumer({ ...settings, prisma: {} });

// Extended clients keep their transaction's type.
const extended = prisma.$extends({ client: { $hello: () => "hello" } });
createConsumer({ ...settings, prisma: extended }).on(placedV1, async (_event, { tx }) => {
  await tx.order.findMany();
});
declare const extendedTx: TransactionOf<typeof extended>;
export const hello: string = extendedTx.$hello();
