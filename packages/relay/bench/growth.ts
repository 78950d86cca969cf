/**
 * Whether an event costs the database more as the table grows, and while an old transaction is open: CPU of the reader's
 * backend per event, from 10^3 published rows to 10^7. Ends with 1 when a cost is not flat within 10%.
 *
 *   node --conditions=@waybill/source packages/relay/bench/growth.ts [largest power of ten, default 7] [rounds, default 40]
 *
 * 10^7 rows take 8 GB of disk and a quarter of an hour. Two kinds of cost are judged: of the steady state, which is reading
 * and saving at 1,000 events/s with the default settings, and of a backlog.
 *
 * CPU time rather than latency, so that waiting for a core does not count. What else the machine does still moves it, by its
 * caches and its clock rate, and for minutes: so every round measures all sizes shortly after one another, in random
 * order, and what is compared are the ratios within a round. Linux only: /proc/<pid>/schedstat.
 */
import { loadavg } from "node:os";
import { startPostgres } from "@waybill/sandbox/postgres";
import { isFlat, type Measurement, reportMarkdown } from "./growth-report.ts";
import { type GrowthTable, openGrowthTable } from "./growth-table.ts";

const SMALLEST_POWER = 3;
/** Autovacuum would come at other times for each table; the slots have it off anyway. */
const SETTINGS = { fsync: "off", max_wal_size: "4GB", autovacuum: "off" };

async function main(): Promise<boolean> {
  const largest = wholeNumber(process.argv[2] ?? "7", SMALLEST_POWER, 8);
  const rounds = wholeNumber(process.argv[3] ?? "40", 1, 1_000);
  const postgres = await startPostgres({ settings: SETTINGS });
  const tables: GrowthTable[] = [];
  try {
    for (let power = SMALLEST_POWER; power <= largest; power++) tables.push(await openGrowthTable(postgres.url, power));
    const loadBefore = loadavg()[0] ?? 0;
    const measurements = await measure(tables, rounds);
    console.log(`${rounds} rounds; load average ${loadBefore.toFixed(1)} before, ${loadavg()[0]?.toFixed(1)} after\n`);
    console.log(reportMarkdown(measurements));
    return isFlat(measurements);
  } finally {
    await Promise.all(tables.map((table) => table.close()));
    await postgres.stop();
  }
}

async function measure(tables: readonly GrowthTable[], rounds: number): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (let round = -1; round < rounds; round++) {
    for (const [table, isPinned] of shuffled(
      tables.flatMap((each) => [[each, false] as const, [each, true] as const]),
    )) {
      const costs = await table.visit(isPinned);
      if (round >= 0) measurements.push({ power: table.power, isPinned, round, ...costs }); // the first one warms up
    }
  }
  return measurements;
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw new Error(`expects a whole number from ${least} to ${most}, not ${text}`);
}

process.exitCode = (await main()) ? 0 : 1;
