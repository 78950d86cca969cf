/**
 * What publishing costs a Prisma transaction: the latency of the example shop's checkout with 0, 1 and 10 events.
 *
 *   pnpm --filter @waybill/bench-outbox start [rounds, default 3000]
 *
 * Every round does each case once, in random order, on one connection for each way of sending to a PostgreSQL that flushes each
 * commit. Ends with 1 when a limit is exceeded.
 */
import { loadavg } from "node:os";
import { writeOrder, writePayment } from "@waybill/example-checkout/place-order";
import { startPostgres } from "@waybill/sandbox/postgres";
import { type Case, CASES } from "./cases.ts";
import { type Checkout, openCheckout } from "./checkout.ts";
import { isWithinLimits, reportMarkdown } from "./report.ts";

const WARM_UP_ROUNDS = 500;

async function main(): Promise<boolean> {
  const rounds = Number(process.argv[2] ?? 3_000);
  if (!(Number.isSafeInteger(rounds) && rounds > 0)) throw new Error("give a whole number of rounds");
  const postgres = await startPostgres({ settings: { fsync: "on" } });
  const checkout = await openCheckout(postgres.url);
  try {
    await measure(checkout, WARM_UP_ROUNDS);
    const loadBefore = loadavg()[0] ?? 0;
    const latencies = await measure(checkout, rounds);
    console.log(`${rounds} rounds; load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after\n`);
    console.log(reportMarkdown(latencies));
    return isWithinLimits(latencies);
  } finally {
    for (const database of Object.values(checkout.databases)) await database.$disconnect();
    await postgres.stop();
  }
}

/** Milliseconds by case, in the order of rounds. */
async function measure(checkout: Checkout, rounds: number): Promise<ReadonlyMap<Case, readonly number[]>> {
  const latencies = new Map<Case, number[]>(CASES.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (const each of shuffled(CASES)) latencies.get(each)?.push(await timeOne(checkout, each));
  }
  return latencies;
}

/**
 * Six round trips: BEGIN, the order, its lines, the SELECT that Prisma answers with, the payment, COMMIT. The events go where
 * the shop sends them, before the payment.
 */
async function timeOne({ databases, newOrder }: Checkout, { sending, prepare }: Case): Promise<number> {
  const order = await newOrder();
  const alsoDo = prepare(order);
  const started = performance.now();
  await databases[sending].$transaction(async (tx) => {
    await writeOrder(tx, order);
    await alsoDo(tx);
    await writePayment(tx, order);
  });
  return performance.now() - started;
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

process.exitCode = (await main()) ? 0 : 1;
