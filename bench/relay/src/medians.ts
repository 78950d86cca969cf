import type { DeliveryReport } from "./deliveries.ts";
import type { Result } from "./targets.ts";

/** One result of several runs of the same: medians, but the highest peak, and all that went wrong. */
export function medianOf<R extends Result>(runs: readonly [R, ...R[]]): R {
  const [first] = runs;
  const of = (figure: (run: R) => number) => median(runs.map(figure));
  const shared = {
    cpuSecondsPerMillion: {
      subject: of((run) => run.cpuSecondsPerMillion.subject),
      postgres: of((run) => run.cpuSecondsPerMillion.postgres),
      broker: of((run) => run.cpuSecondsPerMillion.broker),
    },
    peakMegabytes: Math.max(...runs.map((run) => run.peakMegabytes)),
    deliveries: runs.map((run) => run.deliveries).reduce(addDeliveries),
  };
  if (first.kind === "drain") {
    return { ...first, ...shared, eventsPerSecond: of((run) => (run.kind === "drain" ? run.eventsPerSecond : 0)) };
  }
  const latency = (name: "p50" | "p99" | "max") => of((run) => (run.kind === "steady" ? run.latencyMs[name] : 0));
  return { ...first, ...shared, latencyMs: { p50: latency("p50"), p99: latency("p99"), max: latency("max") } };
}

/** The middle one; of an even number the mean of the two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

function addDeliveries(a: DeliveryReport, b: DeliveryReport): DeliveryReport {
  return { lost: a.lost + b.lost, duplicated: a.duplicated + b.duplicated, inverted: a.inverted + b.inverted };
}
