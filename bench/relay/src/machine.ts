import { spawnSync } from "node:child_process";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the minute before: above a few tenths, someone else was at work. */
  readonly loadBefore: number;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

/** Keeps this process, and all that it starts, to the first cores; a machine with no more is left as it is. */
export function pinToCores(count: number): void {
  if (availableParallelism() <= count) return;
  const args = ["-a", "-c", "-p", `0-${count - 1}`, String(process.pid)];
  const { status } = spawnSync("taskset", args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`this machine has more than ${count} cores, and taskset does not keep to them`);
}
