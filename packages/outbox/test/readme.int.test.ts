import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { retryableByCode } from "../src/errors.ts";
import { createOutboxDatabase, envelopeOf, headersOf, type OutboxDatabase } from "./outbox-test.ts";
import {
  adapterWithoutWaiting,
  addLoyaltyPoints,
  orderPlaced,
  placeByExtension,
  placeFromCheckout,
  placeOrder,
  placeTwo,
  placeUnderRequest,
} from "./readme-example.ts";

let database: OutboxDatabase;

beforeAll(async () => {
  database = await createOutboxDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.clear());

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("publishes as the README does", async () => {
  const order = await placeOrder(database.prisma, "ada");
  await placeTwo(database.prisma);
  await placeByExtension(database.prisma);
  const rows = await database.stored();
  expect(rows.map((row) => row.key)).toEqual([order.id, "a", "b", "a"]);
  expect(rows.map((row) => orderPlaced.decode(row.payload).total.toString())).toEqual([
    "12.50",
    "12.50",
    "3.00",
    "12.50",
  ]);
  expect(rows.map((row) => headersOf(row).get("x-tenant"))).toEqual([undefined, undefined, "shop-1", undefined]);
});

it("takes context, source and lock as the README does", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await placeUnderRequest(database.prisma, { id: "request-1", traceparent });
  await placeFromCheckout(database.prisma);
  await addLoyaltyPoints(database.prisma, "ada", crypto.randomUUID());
  expect((await database.stored()).map(envelopeOf)).toMatchObject([
    { correlationId: "request-1", causationId: "request-1", traceparent, source: "/" },
    { source: "/checkout" },
    { subject: "ada" },
  ]);
});

it("connects as the README does", async () => {
  const adapter = await adapterWithoutWaiting(database.url).connect();
  const { rows } = await adapter.queryRaw({ sql: "SELECT 1", args: [], argTypes: [] });
  expect(rows).toEqual([[1]]);
  await adapter.dispose();
});

it("runs the README's SQL", async () => {
  const sql = /```sql\n(BEGIN;[\s\S]*?COMMIT;)\n```/.exec(readme)?.[1] ?? "";
  const definition =
    '{"type":"record","name":"orders.order.OrderCancelled","fields":[{"name":"orderId","type":"string"}]}';
  const filled = sql.replace("'<the schema file>'", `'${definition}'`);
  expect(filled).toContain(definition);
  await database.prisma.$executeRawUnsafe(
    "INSERT INTO orders (id, customer_id, total_cents) VALUES ('0190163d-8694-739b-aea5-966c26f8ad91', 'ada', 1)",
  );
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(filled);
  await client.end();
  const [row] = await database.stored();
  expect(row && envelopeOf(row)).toMatchObject({ type: "orders.order.cancelled", source: "/back-office" });
  expect(new TextDecoder().decode(row?.payload.subarray(1))).toBe(row?.key);
  expect((await database.prisma.order.findFirstOrThrow()).status).toBe("cancelled");
});

it("lists every error code, and whether it is worth a retry", () => {
  const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \| (yes|no) \|/gm)].map(([, code, retry]) => [
    code,
    retry === "yes",
  ]);
  expect(Object.fromEntries(listed)).toEqual(retryableByCode);
});
