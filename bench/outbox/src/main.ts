/**
 * What publishing costs a Prisma transaction: the latency of placing an order with two items, with 0, 1 and 10 events.
 *
 *   pnpm --filter @waybill/bench-outbox start [rounds]
 *
 * Every round does each case once, in random order, on one connection to a PostgreSQL that flushes each commit. Ends with 1
 * when a limit is exceeded.
 */
import { createShopTables, createTestPrisma, type ShopClient, type ShopTransaction } from "@waybill/harness";
import { event, migrate, publishAll } from "@waybill/outbox";
import { startPostgres } from "@waybill/sandbox/postgres";
import { randomUUID } from "node:crypto";
import { loadavg } from "node:os";
import pg from "pg";
import { orderPlaced, orderPlacedData } from "./order-events.ts";
import { medianRatio, quantile } from "./quantiles.ts";

interface Case {
  readonly name: string;
  /** Most latency, as a ratio to the first case. */
  readonly limit?: number;
  readonly after: (tx: ShopTransaction) => Promise<unknown>;
}

const CASES: readonly Case[] = [
  { name: "no event", after: async () => {} },
  { name: "SELECT 1", after: (tx) => tx.$executeRaw`SELECT 1` }, // what any further statement costs
  { name: "1 event", limit: 1.2, after: (tx) => publishOrders(tx, 1) },
  { name: "10 events", limit: 1.3, after: (tx) => publishOrders(tx, 10) },
];
const WARM_UP_ROUNDS = 300;
const CUSTOMER_ID = "0190163d-8694-739b-aea5-966c26f8ad91";

async function main(): Promise<boolean> {
  const rounds = Number(process.argv[2] ?? 3_000);
  if (!(Number.isSafeInteger(rounds) && rounds > 0)) throw new Error("give a whole number of rounds");
  const postgres = await startPostgres({ settings: { fsync: "on" } });
  await createShopTables(postgres.url);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await migrate(client);
  await client.end();
  const prisma = createTestPrisma(postgres.url, { maxConnections: 1 });
  try {
    await measure(prisma, WARM_UP_ROUNDS);
    const loadBefore = loadavg()[0] ?? 0;
    const latencies = await measure(prisma, rounds);
    console.log(`${rounds} rounds; load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after`);
    return report(latencies);
  } finally {
    await prisma.$disconnect();
    await postgres.stop();
  }
}

/** Milliseconds by case, in the order of rounds. */
async function measure(prisma: ShopClient, rounds: number): Promise<ReadonlyMap<Case, readonly number[]>> {
  const latencies = new Map<Case, number[]>(CASES.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (const each of shuffled(CASES)) {
      const started = performance.now();
      await placeOrder(prisma, each);
      latencies.get(each)?.push(performance.now() - started);
    }
  }
  return latencies;
}

/** Five round trips: BEGIN, the order, its items, the SELECT that Prisma answers with, COMMIT. */
async function placeOrder(prisma: ShopClient, { after }: Case): Promise<void> {
  const items = [
    { sku: "tea", quantity: 2 },
    { sku: "cup", quantity: 1 },
  ];
  await prisma.$transaction(async (tx) => {
    await tx.order.create({ data: { customerId: CUSTOMER_ID, totalCents: 1_250, items: { create: items } } });
    await after(tx);
  });
}

function publishOrders(tx: ShopTransaction, count: number): Promise<unknown> {
  const data = () => orderPlacedData(randomUUID(), CUSTOMER_ID);
  return publishAll(
    tx,
    Array.from({ length: count }, () => event(orderPlaced, data())),
  );
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

/** Prints the table. Returns whether every case is within its limit. */
function report(latencies: ReadonlyMap<Case, readonly number[]>): boolean {
  const base = latencies.get(CASES[0] as Case) ?? [];
  console.log("| transaction with | p50, ms | p99, ms | ratio of medians | its 95% interval | limit |");
  console.log("|---|---|---|---|---|---|");
  let isWithin = true;
  for (const [{ name, limit }, values] of latencies) {
    const ratio = medianRatio(values, base, Math.random);
    const exceeds = limit !== undefined && ratio.value > limit;
    if (exceeds) isWithin = false;
    const [p50, p99] = [quantile(values, 0.5), quantile(values, 0.99)].map((ms) => ms.toFixed(2));
    const interval = `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}`;
    const shown = limit === undefined ? "" : `${limit.toFixed(2)}${exceeds ? ": exceeded" : ""}`;
    console.log(`| ${name} | ${p50} | ${p99} | ${ratio.value.toFixed(2)} | ${interval} | ${shown} |`);
  }
  return isWithin;
}

process.exitCode = (await main()) ? 0 : 1;
