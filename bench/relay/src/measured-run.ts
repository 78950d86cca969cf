import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { checkDeliveries, type DeliveryReport, type TopicRecords } from "./deliveries.ts";
import type { Rig } from "./rig.ts";
import type { RunningSubject, Subject } from "./subject.ts";
import { readTopic } from "./topic-records.ts";
import { type CpuUsage, UsageRecorder } from "./usage-recorder.ts";

const execFileAsync = promisify(execFile);

/** How long nothing may come. */
const STALLED_MS = 60_000;
const POLL_MS = 100;

export interface RunPlan {
  readonly rig: Rig;
  readonly subject: Subject;
  /** Of the whole run. */
  readonly events: number;
  /** Before the subject starts: a backlog. */
  readonly before?: (run: string) => Promise<void>;
  /** Once it runs: events at a rate. */
  readonly during?: (run: string) => Promise<void>;
  readonly profileFolder?: string | undefined;
}

/** What every run gives, whatever its workload. */
export interface MeasuredRun {
  readonly records: TopicRecords;
  readonly deliveries: DeliveryReport;
  readonly peakBytes: number;
  /** CPU seconds between two instants, milliseconds since 1970. */
  cpuBetween(fromMs: number, toMs: number): CpuUsage;
}

/** Runs a subject on a new topic until it has published everything, and reads the topic back. */
export async function measureRun(plan: RunPlan): Promise<MeasuredRun> {
  const { rig, subject, events, before, during, profileFolder } = plan;
  const run = `bench-${randomUUID().slice(0, 8)}`;
  const topic = subject.table?.topicOf(run) ?? run;
  await rig.createTopic(topic);
  if (subject.table !== null) await rig.client.query(`TRUNCATE ${subject.table.name}`);
  await subject.prepare?.(rig);
  try {
    await before?.(run);
    await flushDisks(rig);
    const running = await subject.start(rig, { topic, events: before === undefined ? 0 : events, profileFolder });
    const pids = { subject: running.pid, postgres: rig.postgres.pid, broker: rig.brokerPid };
    const recorder = new UsageRecorder(pids);
    try {
      await during?.(run);
      await untilPublished(rig, running, topic, events);
    } finally {
      recorder.stop();
      await running.stop();
    }
    const records = await readTopic(rig, topic);
    return {
      records,
      deliveries: checkDeliveries(records, events),
      peakBytes: recorder.peakBytes,
      cpuBetween: (fromMs, toMs) => recorder.between(fromMs, toMs),
    };
  } finally {
    await subject.cleanUp?.(rig);
    await rig.deleteTopic(topic);
  }
}

/** What the load and earlier runs have left to be written is not the subject's: a flush of its own would wait for that. */
async function flushDisks({ client }: Rig): Promise<void> {
  await client.query("CHECKPOINT");
  await execFileAsync("sync");
}

async function untilPublished(rig: Rig, subject: RunningSubject, topic: string, events: number): Promise<void> {
  let hasEnded = false;
  void subject.ended.then(() => (hasEnded = true));
  let progressAt = performance.now();
  for (let last = 0; ; ) {
    const endedBefore = hasEnded;
    const records = await rig.recordsOf(topic);
    if (records >= events) return;
    if (records > last) progressAt = performance.now();
    last = records;
    if (endedBefore || performance.now() - progressAt > STALLED_MS) {
      const what = endedBefore ? "it ended" : `nothing came for ${STALLED_MS / 1_000} s`;
      const lines = subject.lastLines().map((line) => `\n  ${line}`);
      throw new Error(`${records} of ${events} events were published, then ${what}. Its last lines:${lines.join("")}`);
    }
    await delay(POLL_MS);
  }
}
