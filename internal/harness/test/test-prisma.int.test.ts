import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  createShopTables,
  createTestDatabase,
  createTestPrisma,
  type ShopClient,
  type TestDatabase,
} from "@waybill/harness";

let database: TestDatabase;
let prisma: ShopClient;

beforeAll(async () => {
  database = await createTestDatabase();
  await createShopTables(database.url);
  prisma = createTestPrisma(database.url);
});

afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});

it("gives the shop's tables to a Prisma client", async () => {
  const order = await prisma.order.create({
    data: { customerId: "ada", totalCents: 1250, items: { create: { sku: "tea", quantity: 2 } } },
    include: { items: true },
  });
  expect(order).toMatchObject({ status: "placed", items: [{ sku: "tea", quantity: 2 }] });
});

it("keeps every effect of a repeated event, for a test to count", async () => {
  const eventId = crypto.randomUUID();
  for (const note of ["first", "again"]) await prisma.ledgerEntry.create({ data: { account: "a", eventId, note } });
  expect(await prisma.ledgerEntry.count({ where: { account: "a", eventId } })).toBe(2);
});

it("tells each statement that it sends", async () => {
  const statements: string[] = [];
  prisma.$on("query", ({ query }) => statements.push(query));
  await prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 AS one`;
  });
  expect(statements).toContain("SELECT 1 AS one");
});
