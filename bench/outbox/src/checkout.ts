import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@waybill/example-checkout/database";
import { migrateShop } from "@waybill/example-checkout/migrations";
import { type NewOrder, type PlaceOrderParts, takePayment } from "@waybill/example-checkout/place-order";
import { migrate } from "@waybill/outbox";
import pg from "pg";
import type { Sending } from "./cases.ts";

/** The example shop, with one customer, three products, and a gateway that takes every payment at once. */
export interface Checkout {
  /** By how its events are sent; of one connection each. */
  readonly databases: Readonly<Record<Sending, Database>>;
  /** An order of two lines, priced and paid for, that is not in the database yet. */
  readonly newOrder: () => Promise<NewOrder>;
}

const payments: PlaceOrderParts["payments"] = {
  charge: async ({ idempotencyKey }) => ({ succeeded: true, reference: `pay_${idempotencyKey}` }),
  refund: async () => {},
};

/** @param url of an empty database */
export async function openCheckout(url: string): Promise<Checkout> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await migrateShop(client);
  await migrate(client);
  await client.end();
  const database = openDatabase(url, 1);
  const waiting = openDatabase(url, 1, pg.Client);
  const customerId = randomUUID();
  await database.customer.create({
    data: { id: customerId, email: "ada@example.com", locale: "en-GB", registeredAt: new Date() },
  });
  const products = ["Teapot", "Teacup"].map((name) => ({ id: randomUUID(), name, price: "12.50", free: 1_000_000 }));
  await database.product.createMany({ data: products });
  const items = products.map(({ id: productId }, n) => ({ productId, quantity: n + 1 }));
  return {
    databases: { pipelined: database, waiting },
    newOrder: () => takePayment({ database, payments }, { customerId, cardToken: "card_any", items }),
  };
}
