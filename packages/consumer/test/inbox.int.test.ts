import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { pruneInbox } from "@waybill/consumer";
import { createTestDatabase, createTestPrisma, type ShopClient, type TestDatabase } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import { withDatabaseClient } from "./consumer-test.ts";

let database: TestDatabase;
let prisma: ShopClient;
beforeAll(async () => {
  database = await createTestDatabase();
  await withDatabaseClient(database.url, migrate);
  prisma = createTestPrisma(database.url);
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});

const HOUR_MS = 3_600_000;

async function fill(groupId: string, hoursAgo: number, rows: number): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO waybill.inbox (group_id, event_id, processed_at)
    SELECT ${groupId}, gen_random_uuid(), clock_timestamp() - make_interval(hours => ${hoursAgo}::int)
    FROM generate_series(1, ${rows}::int)`;
}

async function count(groupId: string): Promise<number> {
  const rows = await prisma.$queryRaw<{ n: number }[]>`
    SELECT count(*)::int AS n FROM waybill.inbox WHERE group_id = ${groupId}`;
  return rows[0]?.n ?? -1;
}

it("prunes the old rows of every group in batches, and keeps the young", async () => {
  const [left, right] = [`group-${randomUUID()}`, `group-${randomUUID()}`];
  await fill(left, 48, 25);
  await fill(left, 23, 3);
  await fill(right, 25, 5);
  const deleted = await pruneInbox(prisma, { olderThanMs: 24 * HOUR_MS, batchRows: 10 });
  expect([deleted, await count(left), await count(right)]).toEqual([30, 3, 0]);
});

it("stops between batches when told to", async () => {
  const groupId = `group-${randomUUID()}`;
  await fill(groupId, 48, 5);
  const deleted = await pruneInbox(prisma, { olderThanMs: HOUR_MS, signal: AbortSignal.abort() });
  expect([deleted, await count(groupId)]).toEqual([0, 5]);
});

it.each([0, -1, Number.NaN])("refuses to prune rows older than %d ms", async (olderThanMs) => {
  await expect(pruneInbox(prisma, { olderThanMs })).rejects.toThrow(RangeError);
});
