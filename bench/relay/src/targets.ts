import type { DrainResult } from "./drain.ts";
import type { SteadyResult } from "./steady.ts";

export type Result = DrainResult | SteadyResult;

/** A promise, and whether the figures keep it. */
export interface TargetVerdict {
  readonly target: string;
  readonly measured: string;
  readonly isMet: boolean;
}

/** The subject that the targets speak of. */
const RELAY = "wire";
const LEAST_TIMES_DEBEZIUM = 8;
const MOST_CPU_SECONDS_PER_MILLION = 4;
const MOST_MEGABYTES = 150;
const MOST_LATENCY_MS: Readonly<Record<number, { readonly p50: number; readonly p99: number }>> = {
  1_000: { p50: 3, p99: 10 },
  5_000: { p50: 3, p99: 20 },
};

/** Judges what was measured; a target whose figures were not asked for is left out. */
export function judgeTargets(results: readonly Result[]): TargetVerdict[] {
  return [...judgeDrain(results), ...judgeSteady(results), ...judgeMemory(results), ...judgeDeliveries(results)];
}

function judgeDrain(results: readonly Result[]): TargetVerdict[] {
  const drains = new Map(results.filter((result) => result.kind === "drain").map((drain) => [drain.subject, drain]));
  const relay = drains.get(RELAY);
  if (relay === undefined) return [];
  const cpu = relay.cpuSecondsPerMillion.subject;
  const verdicts = [
    {
      target: `at most ${MOST_CPU_SECONDS_PER_MILLION} CPU s of the relay per million events`,
      measured: `${cpu.toFixed(2)} s`,
      isMet: cpu <= MOST_CPU_SECONDS_PER_MILLION,
    },
  ];
  const compare = (peer: string, target: string, leastRatio: number) => {
    const drain = drains.get(peer);
    if (drain === undefined) return;
    const ratio = relay.eventsPerSecond / drain.eventsPerSecond;
    verdicts.push({ target, measured: `${ratio.toFixed(2)} times`, isMet: ratio >= leastRatio });
  };
  compare("debezium", `drain at least ${LEAST_TIMES_DEBEZIUM} times Debezium's`, LEAST_TIMES_DEBEZIUM);
  compare("java-producer", "drain no slower than Java's bare producer", 1);
  return verdicts;
}

function judgeSteady(results: readonly Result[]): TargetVerdict[] {
  return results.flatMap((result) => {
    if (result.kind !== "steady" || result.subject !== RELAY) return [];
    const most = MOST_LATENCY_MS[result.rate];
    if (most === undefined) return [];
    const { p50, p99 } = result.latencyMs;
    return {
      target: `p50 / p99 at most ${most.p50} / ${most.p99} ms at ${result.rate} events/s`,
      measured: `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
      isMet: p50 <= most.p50 && p99 <= most.p99,
    };
  });
}

function judgeMemory(results: readonly Result[]): TargetVerdict[] {
  const peaks = results.filter(({ subject }) => subject === RELAY).map(({ peakMegabytes }) => peakMegabytes);
  if (peaks.length === 0) return [];
  const peak = Math.max(...peaks);
  return [{ target: `under ${MOST_MEGABYTES} MB`, measured: `${peak.toFixed(0)} MB`, isMet: peak < MOST_MEGABYTES }];
}

/** Of all subjects: a peer that loses events would not be a fair one. */
function judgeDeliveries(results: readonly Result[]): TargetVerdict[] {
  const sum = { lost: 0, duplicated: 0, inverted: 0 };
  for (const { deliveries } of results) {
    sum.lost += deliveries.lost;
    sum.duplicated += deliveries.duplicated;
    sum.inverted += deliveries.inverted;
  }
  const measured = `${sum.lost} lost, ${sum.duplicated} duplicated, ${sum.inverted} inverted`;
  const isMet = sum.lost + sum.duplicated + sum.inverted === 0;
  return [{ target: "nothing lost, duplicated or inverted, in any run", measured, isMet }];
}
