const money = { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 };
const string = "string";

const fields = {
  orderId: { type: "string", logicalType: "uuid" },
  customerId: string,
  items: {
    type: "array",
    items: {
      type: "record",
      name: "Item",
      fields: [
        { name: "productId", type: string },
        { name: "quantity", type: "int" },
        { name: "price", type: money },
      ],
    },
  },
  total: money,
  currency: { type: "enum", name: "Currency", symbols: ["EUR", "USD", "GBP", "OTHER"], default: "OTHER" },
  placedAt: { type: "long", logicalType: "timestamp-millis" },
  note: ["null", string],
  channel: [
    {
      type: "record",
      name: "WebChannel",
      fields: [
        { name: "sessionId", type: string },
        { name: "userAgent", type: string },
      ],
    },
    {
      type: "record",
      name: "StoreChannel",
      fields: [
        { name: "storeId", type: "int" },
        { name: "clerk", type: string },
      ],
    },
  ],
  globalSequence: "long",
  metadata: { type: "map", values: string },
};

function record(names: readonly (keyof typeof fields)[], more: readonly object[]): string {
  return JSON.stringify({
    type: "record",
    name: "OrderPlaced",
    namespace: "samples.bench",
    fields: [...names.map((name) => ({ name, type: fields[name] })), ...more],
  });
}

const names = Object.keys(fields) as (keyof typeof fields)[];

/** An order as the reader knows it. */
export const readerSchema: string = record(names, [{ name: "aggregateVersion", type: "long", default: 1 }]);

/** An earlier version: fields in another order, one too many, one missing. */
export const writerSchema: string = record(names.toReversed(), [{ name: "legacyReference", type: "string" }]);
