import type { DeliveryReport, TopicRecords } from "./deliveries.ts";
import { measureRun } from "./measured-run.ts";
import { loadBacklog } from "./outbox-writer.ts";
import type { Rig } from "./rig.ts";
import type { Subject } from "./subject.ts";
import type { CpuUsage } from "./usage-recorder.ts";

export interface DrainResult {
  readonly kind: "drain";
  readonly subject: string;
  readonly eventsPerSecond: number;
  readonly cpuSecondsPerMillion: CpuUsage;
  readonly peakMegabytes: number;
  readonly deliveries: DeliveryReport;
}

/** A backlog of events, published as quickly as can be. */
export async function measureDrain(
  rig: Rig,
  subject: Subject,
  events: number,
  profileFolder?: string,
): Promise<DrainResult> {
  const { table } = subject;
  const before = async (run: string) => {
    if (table !== null) await loadBacklog(rig.client, table, run, events);
  };
  const run = await measureRun({ rig, subject, events, before, profileFolder });
  const { fromMs, toMs, counted } = publishingTime(run.records);
  return {
    kind: "drain",
    subject: subject.name,
    eventsPerSecond: (counted / (toMs - fromMs)) * 1_000,
    cpuSecondsPerMillion: perMillion(run.cpuBetween(fromMs, toMs), counted),
    peakMegabytes: run.peakBytes / 1e6,
    deliveries: run.deliveries,
  };
}

/** CPU seconds for a million events, from those for `events`. */
export function perMillion({ subject, postgres, broker }: CpuUsage, events: number): CpuUsage {
  const scale = 1e6 / events;
  return { subject: subject * scale, postgres: postgres * scale, broker: broker * scale };
}

/** From the first record stored to the last; the records stored in the very first millisecond took no time of it. */
function publishingTime({ appendedAtMs, count }: TopicRecords): { fromMs: number; toMs: number; counted: number } {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for (const at of appendedAtMs) {
    fromMs = Math.min(fromMs, at);
    toMs = Math.max(toMs, at);
  }
  let first = 0;
  for (const at of appendedAtMs) if (at === fromMs) first++;
  return { fromMs, toMs, counted: count - first };
}
