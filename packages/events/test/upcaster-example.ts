import { createUpcaster, describeEvent, type EventDescriptor, type Upcasters } from "@waybill/events";

interface OrderPlacedV1 {
  readonly euros: number;
}
interface OrderPlacedV2 {
  readonly cents: number;
}
interface OrderPlacedV3 {
  readonly cents: bigint;
}

const schemaOf = (name: string, field: string, type: string): string =>
  JSON.stringify({ type: "record", name, namespace: "orders.order", fields: [{ name: field, type }] });
const type = "orders.order.placed";

const orderPlacedV1: EventDescriptor<typeof type, 1, OrderPlacedV1, {}> = describeEvent({
  type,
  version: 1,
  schema: schemaOf("OrderPlaced", "euros", "int"),
});
const orderPlacedV2: EventDescriptor<typeof type, 2, OrderPlacedV2, { readonly 1: typeof orderPlacedV1 }> =
  describeEvent({
    type,
    version: 2,
    schema: schemaOf("OrderPlacedV2", "cents", "int"),
    earlier: { 1: orderPlacedV1 },
  });
const orderPlaced: EventDescriptor<
  typeof type,
  3,
  OrderPlacedV3,
  { readonly 1: typeof orderPlacedV1; readonly 2: typeof orderPlacedV2 }
> = describeEvent({
  type,
  version: 3,
  schema: schemaOf("OrderPlacedV3", "cents", "long"),
  earlier: { 1: orderPlacedV1, 2: orderPlacedV2 },
});

// #region upcast
const orderPlacedUpcasters = {
  1: ({ euros }) => ({ cents: euros * 100 }), // to version 2
  2: ({ cents }) => ({ cents: BigInt(cents) }), // to version 3
} satisfies Upcasters<typeof orderPlaced>;

const upcast = createUpcaster(orderPlaced, orderPlacedUpcasters);
export const newest = upcast({ version: 1, data: { euros: 12 } });
// #endregion
