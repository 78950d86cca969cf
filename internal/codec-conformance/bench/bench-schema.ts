/** One event of the benchmark: an order, and what an earlier version wrote. */
export interface BenchEvent {
  /** An order as the reader knows it. */
  readonly reader: string;
  /** An earlier version: fields in another order, one too many, one missing. */
  readonly writer: string;
  /** An order's data under the names of this event. */
  dataOf(order: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

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

const names = Object.keys(fields) as (keyof typeof fields)[];
const recordNames = /"(Item|Currency|WebChannel|StoreChannel|OrderPlaced)"/g;

/**
 * The event of that number. All are alike in what they hold; each has types of other names, fields in another order,
 * and every third field under another name, so that no object of one has the shape of another's.
 */
export function benchEvent(number: number): BenchEvent {
  const start = number % names.length;
  const order = [...names.slice(start), ...names.slice(0, start)];
  const renamed = new Map(order.map((name, i) => [name as string, (i + number) % 3 === 0 ? `${name}${number}` : name]));
  const record = (keys: readonly (keyof typeof fields)[], more: readonly object[]): string =>
    JSON.stringify({
      type: "record",
      name: "OrderPlaced",
      namespace: "samples.bench",
      fields: [...keys.map((name) => ({ name: renamed.get(name), type: fields[name] })), ...more],
    }).replace(recordNames, `"$1${number}"`);
  return {
    reader: record(order, [{ name: "aggregateVersion", type: "long", default: 1 }]),
    writer: record(order.toReversed(), [{ name: "legacyReference", type: "string" }]),
    dataOf(order) {
      const { channel, ...rest } = order as { channel: { $type: string } };
      const data = { ...rest, channel: { ...channel, $type: `${channel.$type}${number}` } };
      return Object.fromEntries(Object.entries(data).map(([name, value]) => [renamed.get(name) ?? name, value]));
    },
  };
}
