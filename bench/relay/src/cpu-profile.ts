import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A function, and its share of the time that the CPU was busy. */
export interface ProfiledFunction {
  readonly name: string;
  readonly place: string;
  readonly share: number;
}

/** What of V8's .cpuprofile is read. Source: Chrome DevTools Protocol, "Profiler". */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The functions that took most time themselves, without those that they called. */
export function costliestFunctions({ nodes, samples, timeDeltas }: CpuProfile, count: number): ProfiledFunction[] {
  const byId = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, { name: string; place: string; time: number }>();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const frame = byId.get(id);
    if (frame === undefined || frame.functionName === "(idle)") continue;
    const time = timeDeltas[index] ?? 0;
    const name = frame.functionName === "" ? "(anonymous)" : frame.functionName;
    const place = frame.url === "" ? "native" : `${basename(frame.url)}:${frame.lineNumber + 1}`;
    const entry = times.get(`${name} ${place}`) ?? { name, place, time: 0 };
    entry.time += time;
    times.set(`${name} ${place}`, entry);
    busy += time;
  }
  return [...times.values()]
    .sort((a, b) => b.time - a.time)
    .slice(0, count)
    .map(({ name, place, time }) => ({ name, place, share: time / busy }));
}

/** The newest profile of a folder that `node --cpu-prof` wrote to. */
export function readNewestProfile(folder: string): { readonly path: string; readonly profile: CpuProfile } {
  const names = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  const newest = names.sort().at(-1); // their names begin with date and time
  if (newest === undefined) throw new Error(`no CPU profile was written to ${folder}`);
  const path = join(folder, newest);
  return { path, profile: JSON.parse(readFileSync(path, "utf8")) as CpuProfile };
}
