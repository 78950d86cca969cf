import type { DeliveryReport, TopicRecords } from "./deliveries.ts";
import { perMillion } from "./drain.ts";
import { measureRun } from "./measured-run.ts";
import { commitTimes, writeSteadily } from "./outbox-writer.ts";
import type { OutboxTable } from "./outbox-tables.ts";
import type { Rig } from "./rig.ts";
import type { Subject } from "./subject.ts";
import type { CpuUsage } from "./usage-recorder.ts";

export interface SteadyResult {
  readonly kind: "steady";
  readonly subject: string;
  readonly rate: number;
  /** From commit to the broker's append, in milliseconds. */
  readonly latencyMs: LatencyQuantiles;
  readonly cpuSecondsPerMillion: CpuUsage;
  readonly peakMegabytes: number;
  readonly deliveries: DeliveryReport;
}

export interface LatencyQuantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Before what counts: compilers and caches settle. */
const WARM_UP_SECONDS = 5;
/** The broker cuts its clock to whole milliseconds: what was lost by that, on average. */
const HALF_OF_CLOCK_MS = 0.5;

/** Events that come at a rate, `rate` per second for `seconds` seconds. */
export async function measureSteady(
  rig: Rig,
  subject: Subject & { readonly table: OutboxTable },
  rate: number,
  seconds: number,
  profileFolder?: string,
): Promise<SteadyResult> {
  const { table } = subject;
  const events = rate * (WARM_UP_SECONDS + seconds);
  const run = await measureRun({
    rig,
    subject,
    events,
    profileFolder,
    during(run) {
      const load = { databaseUrl: rig.postgres.url, table, run, eventsPerSecond: rate };
      return writeSteadily({ ...load, seconds: WARM_UP_SECONDS + seconds });
    },
  });
  const committedAtMs = await commitTimes(rig.client, table, events);
  const first = rate * WARM_UP_SECONDS;
  const latencies = latenciesOf(run.records, committedAtMs, first);
  const from = committedAtMs[first] ?? 0;
  const to = committedAtMs[events - 1] ?? 0;
  return {
    kind: "steady",
    subject: subject.name,
    rate,
    latencyMs: quantilesOf(latencies),
    cpuSecondsPerMillion: perMillion(run.cpuBetween(from, to), events - first),
    peakMegabytes: run.peakBytes / 1e6,
    deliveries: run.deliveries,
  };
}

/** Of the first deliveries of the events from `first` on, ascending. */
function latenciesOf(
  { numbers, appendedAtMs }: TopicRecords,
  committedAtMs: Float64Array,
  first: number,
): Float64Array {
  const appended = new Float64Array(committedAtMs.length).fill(Number.POSITIVE_INFINITY);
  for (const [record, number] of numbers.entries()) {
    appended[number] = Math.min(appended[number] as number, appendedAtMs[record] as number);
  }
  const latencies = appended
    .subarray(first)
    .map((at, n) => at + HALF_OF_CLOCK_MS - (committedAtMs[first + n] as number));
  return latencies.sort();
}

function quantilesOf(ascending: Float64Array): LatencyQuantiles {
  const at = (share: number) => ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
