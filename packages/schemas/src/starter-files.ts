import { configFileName, type GenerateConfig } from "./config.ts";

/** What `schemas init` writes: text by path. */
export function starterFiles(generate: GenerateConfig): ReadonlyMap<string, string> {
  const config = { mode: "FULL_TRANSITIVE", generate: { out: generate.out, scope: generate.scope } };
  return new Map([
    [configFileName, `${JSON.stringify(config, null, 2)}\n`],
    ["orders/order.placed/v1.avsc", firstEvent],
  ]);
}

/** Shows what events need most: a key, an id, money, an instant, docs, and a field that may be absent. */
const firstEvent = `{
  "type": "record",
  "name": "OrderPlaced",
  "namespace": "orders.order",
  "doc": "A customer placed an order.",
  "fields": [
    {
      "name": "orderId",
      "type": { "type": "string", "logicalType": "uuid" },
      "doc": "The order. Events of one order stay in sequence.",
      "waybill.key": true
    },
    {
      "name": "total",
      "type": { "type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2 },
      "doc": "What the customer owes."
    },
    {
      "name": "currency",
      "type": "string",
      "doc": "ISO 4217 code of the total, such as EUR."
    },
    {
      "name": "couponCode",
      "type": ["null", "string"],
      "default": null,
      "doc": "The coupon that was redeemed. Null where there was none."
    },
    {
      "name": "placedAt",
      "type": { "type": "long", "logicalType": "timestamp-millis" },
      "doc": "When the customer placed the order."
    }
  ]
}
`;
