import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createTestDatabase } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import { randomUUID } from "node:crypto";
import pg from "pg";
import { createApi } from "../src/api.ts";
import { openDatabase } from "../src/database.ts";
import { migrateShop } from "../src/migrations.ts";
import { simulateProviders } from "../src/providers/providers.ts";

const testDatabase = await createTestDatabase();
const sql = new pg.Client({ connectionString: testDatabase.url });
await sql.connect();
await migrate(sql);
await migrateShop(sql);
const database = openDatabase(testDatabase.url);
const { payments } = simulateProviders({ paymentMs: 0, carrierMs: 0, emailMs: 0 });
const api = createApi({ database, payments });
afterAll(async () => {
  await api.close();
  await database.$disconnect();
  await sql.end();
  await testDatabase.drop();
});

const teapot = { id: randomUUID(), name: "Teapot", price: "12.90", free: 5 };
const teacup = { id: randomUUID(), name: "Teacup", price: "4.50", free: 5 };
let customerId: string;

beforeAll(async () => {
  await database.product.createMany({ data: [teapot, teacup] });
  const answer = await api.inject({ method: "POST", url: "/customers", body: { email: "ada@shop.example" } });
  expect(answer.statusCode).toBe(201);
  customerId = answer.json<{ id: string }>().id;
});

const order = (body: object) => api.inject({ method: "POST", url: "/orders", body });
const good = () => ({ customerId, items: [{ productId: teapot.id, quantity: 2 }], cardToken: "card_good" });

async function eventsOf(correlationId: string): Promise<{ type: string; version: number; key: string }[]> {
  const { rows } = await sql.query<{ type: string; version: number; key: string }>(
    `SELECT s.type, s.version, o.key FROM waybill.outbox o
     JOIN (SELECT DISTINCT id, type, version FROM waybill.schema) s ON s.id = o.schema_id
     WHERE position(convert_to($1, 'UTF8') IN o.headers) > 0 ORDER BY o.id`,
    [correlationId],
  );
  return rows;
}

it("takes an order with its payment and publishes both, under the request's correlation id", async () => {
  const items = [
    { productId: teapot.id, quantity: 2 },
    { productId: teacup.id, quantity: 1 },
  ];
  const answer = await order({ ...good(), items });
  expect(answer.statusCode).toBe(201);
  const { id } = answer.json<{ id: string }>();
  expect(answer.json()).toEqual({ id, status: "PLACED", total: "30.30" });
  expect(answer.headers["location"]).toBe(`/orders/${id}`);
  expect(await eventsOf(String(answer.headers["x-correlation-id"]))).toEqual([
    { type: "orders.order.placed", version: 2, key: id },
    { type: "payments.payment.succeeded", version: 1, key: id },
  ]);
  const read = await api.inject(`/orders/${id}`);
  expect(read.json()).toMatchObject({ id, customerId, status: "PLACED", total: "30.30", currency: "EUR" });
  expect(read.json<{ items: object[] }>().items).toHaveLength(2);
});

it("takes an order whose card is declined: the event cancels it", async () => {
  const answer = await order({ ...good(), cardToken: "card_expired" });
  expect(answer.statusCode).toBe(201);
  const events = await eventsOf(String(answer.headers["x-correlation-id"]));
  expect(events.map(({ type }) => type)).toEqual(["orders.order.placed", "payments.payment.failed"]);
});

it.each([
  { name: "no items", change: { items: [] }, detail: "body/items must NOT have fewer than 1 items" },
  { name: "no customer", change: { customerId: undefined }, detail: "must have required property 'customerId'" },
  { name: "a customer that is no UUID", change: { customerId: "7" }, detail: 'must match format "uuid"' },
  {
    name: "a quantity of 0",
    change: { items: [{ productId: teapot.id, quantity: 0 }] },
    detail: "body/items/0/quantity must be >= 1",
  },
  { name: "no card", change: { cardToken: "" }, detail: "body/cardToken must NOT have fewer than 1 characters" },
])("refuses an order with $name: 400", async ({ change, detail }) => {
  const answer = await order({ ...good(), ...change });
  expect(answer.statusCode).toBe(400);
  expect(answer.headers["content-type"]).toContain("application/problem+json");
  expect(answer.json<{ detail: string }>().detail).toContain(detail);
});

it("refuses unknown customers and products, naming every one, and charges nobody: 422", async () => {
  const unknown = randomUUID();
  const customer = await order({ ...good(), customerId: unknown });
  expect(customer.statusCode).toBe(422);
  expect(customer.json()).toMatchObject({ detail: `there is no customer ${unknown}` });
  const items = [unknown, teapot.id, teapot.id].map((productId) => ({ productId, quantity: 1 }));
  const products = await order({ ...good(), items });
  expect(products.json()).toMatchObject({
    title: "Order refused",
    detail: `there is no product ${unknown}; product ${teapot.id} stands on two lines: add up the quantities`,
  });
  const { rows } = await sql.query("SELECT count(*)::int AS count FROM orders WHERE customer_id = $1", [unknown]);
  expect(rows).toEqual([{ count: 0 }]);
});

it("answers 404 for an order that there is not, and 400 for an id that is none", async () => {
  expect((await api.inject(`/orders/${randomUUID()}`)).statusCode).toBe(404);
  expect((await api.inject("/orders/7")).statusCode).toBe(400);
});
