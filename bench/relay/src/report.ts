import type { Machine } from "./machine.ts";
import { subjects } from "./subjects.ts";
import type { Result, TargetVerdict } from "./targets.ts";

/** The tables for people, in Markdown. */
export function reportText(machine: Machine, results: readonly Result[], verdicts: readonly TargetVerdict[]): string {
  const { cpu, cores, memoryGigabytes, kernel, node, loadBefore } = machine;
  const rates = [...new Set(results.filter((result) => result.kind === "steady").map(({ rate }) => rate))];
  return [
    `${cores} cores of ${cpu}, ${memoryGigabytes} GB, Linux ${kernel}, Node.js ${node}; load average before: ${loadBefore}`,
    ...drainTable(results),
    ...rates.flatMap((rate) => steadyTable(results, rate)),
    ...verdictTable(verdicts),
    "",
  ].join("\n");
}

function drainTable(results: readonly Result[]): string[] {
  const drains = results.filter((result) => result.kind === "drain");
  if (drains.length === 0) return [];
  const rows = drains.map((drain) => [titleOf(drain), thousands(drain.eventsPerSecond), ...sharedCells(drain)]);
  return ["", "| drain | events/s |" + SHARED_HEADER, "|---|---:|" + SHARED_RULE, ...rows.map(rowText)];
}

function steadyTable(results: readonly Result[], rate: number): string[] {
  const rows = results
    .filter((result) => result.kind === "steady")
    .filter((result) => result.rate === rate)
    .map((steady) => {
      const { p50, p99, max } = steady.latencyMs;
      return [titleOf(steady), ...[p50, p99, max].map((ms) => ms.toFixed(1)), ...sharedCells(steady)];
    });
  const head = `| ${thousands(rate)} events/s | p50, ms | p99, ms | max, ms |`;
  return ["", head + SHARED_HEADER, "|---|---:|---:|---:|" + SHARED_RULE, ...rows.map(rowText)];
}

const SHARED_HEADER = " CPU s/million: its own | PostgreSQL | broker | peak, MB | lost | duplicated | inverted |";
const SHARED_RULE = "---:|---:|---:|---:|---:|---:|---:|";

function sharedCells({ cpuSecondsPerMillion, peakMegabytes, deliveries, subject }: Result): string[] {
  const fromMemory = subjects.find(({ name }) => name === subject)?.table === null;
  return [
    cpuSecondsPerMillion.subject.toFixed(2),
    fromMemory ? "" : cpuSecondsPerMillion.postgres.toFixed(2),
    cpuSecondsPerMillion.broker.toFixed(2),
    peakMegabytes.toFixed(0),
    ...[deliveries.lost, deliveries.duplicated, deliveries.inverted].map(String),
  ];
}

function verdictTable(verdicts: readonly TargetVerdict[]): string[] {
  if (verdicts.length === 0) return [];
  const rows = verdicts.map(({ target, measured, isMet }) => rowText([target, measured, isMet ? "met" : "MISSED"]));
  return ["", "| target | measured | |", "|---|---|---|", ...rows];
}

function titleOf({ subject }: Result): string {
  return subjects.find(({ name }) => name === subject)?.title ?? subject;
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en");
}
