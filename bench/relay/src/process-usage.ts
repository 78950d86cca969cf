import { readdirSync, readFileSync } from "node:fs";

/** What a process has used so far. */
export interface ProcessUsage {
  /** Of all its threads. */
  readonly cpuSeconds: number;
  /** The most physical memory that it ever held: VmHWM. */
  readonly peakBytes: number;
}

/** Linux counts the CPU time of processes in hundredths of a second, whatever its own clock runs at. */
const TICKS_PER_SECOND = 100;

/** Null once the process has ended. */
export function usageOf(pid: number): ProcessUsage | null {
  const stat = statOf(pid);
  return stat === null ? null : { cpuSeconds: stat.ownSeconds, peakBytes: peakBytesOf(pid) };
}

/**
 * CPU seconds of a process and all its children, those that have ended included: PostgreSQL's postmaster waits for its
 * backends, so their time becomes its own when they end.
 */
export function familyCpuSeconds(pid: number): number {
  const parent = statOf(pid);
  if (parent === null) return 0;
  let seconds = parent.ownSeconds + parent.endedChildrenSeconds;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat?.parentPid === pid) seconds += stat.ownSeconds + stat.endedChildrenSeconds;
  }
  return seconds;
}

interface ProcessStat {
  readonly parentPid: number;
  readonly ownSeconds: number;
  readonly endedChildrenSeconds: number;
}

/** /proc/<pid>/stat, proc(5): the fields behind the name, which may hold blanks itself. */
function statOf(pid: number): ProcessStat | null {
  const text = read(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const seconds = (first: number) => (Number(fields[first]) + Number(fields[first + 1])) / TICKS_PER_SECOND;
  return { parentPid: Number(fields[1]), ownSeconds: seconds(11), endedChildrenSeconds: seconds(13) };
}

function peakBytesOf(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // it has ended
  }
}
