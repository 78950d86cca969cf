import { randomUUID } from "node:crypto";
import type { Database } from "../database.ts";
import type { ShopClient } from "./shop-client.ts";
import type { Assortment } from "./workload.ts";

const NAMES = ["Teapot", "Teacup", "Oolong", "Assam", "Matcha", "Whisk", "Kettle", "Honey", "Strainer", "Biscuits"];
const PLENTY = 10_000;

/** Products of this run's own, so that the demo may run again on one database; and customers, who register by the API. */
export async function seed(
  database: Database,
  client: ShopClient,
  { customers, scarceStock }: { readonly customers: number; readonly scarceStock: number },
): Promise<Assortment> {
  const products = NAMES.map((name, index) => ({ id: randomUUID(), name, price: `${4 + 3 * index}.90`, free: PLENTY }));
  const scarce = { id: randomUUID(), name: "First flush, limited edition", price: "89.00", free: scarceStock };
  await database.product.createMany({ data: [...products, scarce] });
  const customerIds = await Promise.all(
    Array.from({ length: customers }, (_, index) => client.registerCustomer(`customer-${index}@shop.example`)),
  );
  const totalStock = [...products, scarce].reduce((sum, { free }) => sum + free, 0);
  return { customerIds, productIds: products.map(({ id }) => id), scarceProductId: scarce.id, scarceStock, totalStock };
}
