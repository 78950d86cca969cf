import { familyCpuSeconds, usageOf } from "./process-usage.ts";

/** CPU seconds used until an instant. */
interface UsageSample {
  readonly atMs: number;
  readonly subject: number;
  readonly postgres: number;
  readonly broker: number;
}

/** CPU seconds of a stretch of time, by who used them. */
export type CpuUsage = Omit<UsageSample, "atMs">;

export interface RecordedProcesses {
  readonly subject: number;
  readonly postgres: number;
  readonly broker: number;
}

const EVERY_MS = 50;

/**
 * Notes what the processes use while a subject works, so that the stretch that counts, from the first event stored to the
 * last, can be cut out afterwards: neither the start of a JVM nor the wait for its end is the subject's work.
 */
export class UsageRecorder {
  readonly #pids: RecordedProcesses;
  readonly #samples: UsageSample[] = [];
  readonly #timer: NodeJS.Timeout;
  #peakBytes = 0;

  constructor(pids: RecordedProcesses) {
    this.#pids = pids;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), EVERY_MS);
  }

  /** The most memory that the subject held. */
  get peakBytes(): number {
    return this.#peakBytes;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#sample();
  }

  /** Between two instants, milliseconds since 1970. */
  between(fromMs: number, toMs: number): CpuUsage {
    const from = cpuAt(this.#samples, fromMs);
    const to = cpuAt(this.#samples, toMs);
    return {
      subject: to.subject - from.subject,
      postgres: to.postgres - from.postgres,
      broker: to.broker - from.broker,
    };
  }

  #sample(): void {
    const { subject, postgres, broker } = this.#pids;
    const usage = usageOf(subject);
    if (usage === null) return; // a producer that has ended: what it used last stands in the last sample
    this.#peakBytes = Math.max(this.#peakBytes, usage.peakBytes);
    this.#samples.push({
      atMs: Date.now(),
      subject: usage.cpuSeconds,
      postgres: familyCpuSeconds(postgres),
      broker: usageOf(broker)?.cpuSeconds ?? 0,
    });
  }
}

/** On the line between the samples before and after. */
export function cpuAt(samples: readonly UsageSample[], atMs: number): CpuUsage {
  const next = samples.findIndex((sample) => sample.atMs >= atMs);
  const after = samples.at(next) ?? nothing; // -1 when all are earlier: the last
  const before = next <= 0 ? after : (samples[next - 1] ?? after);
  const share = after.atMs === before.atMs ? 0 : (atMs - before.atMs) / (after.atMs - before.atMs);
  const between = (name: keyof CpuUsage) => before[name] + (after[name] - before[name]) * share;
  return { subject: between("subject"), postgres: between("postgres"), broker: between("broker") };
}

const nothing: UsageSample = { atMs: 0, subject: 0, postgres: 0, broker: 0 };
