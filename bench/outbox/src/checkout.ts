import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@waybill/example-checkout/database";
import { migrateShop } from "@waybill/example-checkout/migrations";
import { type NewOrder, type PlaceOrderParts, takePayment } from "@waybill/example-checkout/place-order";
import { migrate } from "@waybill/outbox";
import pg from "pg";

/** The example shop, with one customer, three products, and a gateway that takes every payment at once. */
export interface Checkout {
  readonly database: Database;
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
  const customerId = randomUUID();
  await database.customer.create({
    data: { id: customerId, email: "ada@example.com", locale: "en-GB", registeredAt: new Date() },
  });
  const products = ["Teapot", "Teacup"].map((name) => ({ id: randomUUID(), name, price: "12.50", free: 1_000_000 }));
  await database.product.createMany({ data: products });
  const items = products.map(({ id: productId }, n) => ({ productId, quantity: n + 1 }));
  return {
    database,
    newOrder: () => takePayment({ database, payments }, { customerId, cardToken: "card_any", items }),
  };
}
