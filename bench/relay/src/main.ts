/**
 * The relay beside its peers, on one machine in one run: `pnpm bench:relay --help`. Ends with 1 when a target is missed,
 * with 2 when it could not be measured.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type BenchOptions, readOptions, usage, type Workload } from "./bench-options.ts";
import { costliestFunctions, readNewestProfile } from "./cpu-profile.ts";
import { measureDrain } from "./drain.ts";
import { describeMachine, pinToCores } from "./machine.ts";
import { medianOf } from "./medians.ts";
import { waybillOutbox } from "./outbox-tables.ts";
import { wireProducerSubject } from "./producer-subjects.ts";
import { relaySubject } from "./relay-subject.ts";
import { reportText } from "./report.ts";
import { type Rig, startRig } from "./rig.ts";
import { measureSteady } from "./steady.ts";
import type { Subject } from "./subject.ts";
import { subjects } from "./subjects.ts";
import { judgeTargets, type Result } from "./targets.ts";

const CORES = 2;
const COSTLIEST = 5;
const WARM_UP_DRAINS = 3;
const WARM_UP_EVENTS = 500_000;
const WARM_UP_RATES = [1_000, 5_000];
const WARM_UP_SECONDS = 10;
const warmUpRelay = relaySubject("warm-up", "warm-up", []);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  pinToCores(CORES);
  const machine = describeMachine();
  const rig = await startRig();
  try {
    await warmUp(rig);
    const results = await measureAll(rig, options);
    const verdicts = options.profileFolder === null ? judgeTargets(results) : [];
    const text = options.json
      ? `${JSON.stringify({ machine, options, results, targets: verdicts }, null, 2)}\n`
      : reportText(machine, results, verdicts);
    process.stdout.write(text);
    for (const folder of profileFolders(options)) printProfile(folder);
    return verdicts.every(({ isMet }) => isMet) ? 0 : 1;
  } finally {
    await rig.stop();
  }
}

/** A broker that was just started compiles its code, for large requests and for small, at the cost of whoever comes first. */
async function warmUp(rig: Rig): Promise<void> {
  process.stderr.write("warming up the broker\n");
  for (let drain = 0; drain < WARM_UP_DRAINS; drain++) await measureDrain(rig, wireProducerSubject, WARM_UP_EVENTS);
  for (const rate of WARM_UP_RATES) {
    await measureSteady(rig, { ...warmUpRelay, table: waybillOutbox }, rate, WARM_UP_SECONDS);
  }
}

/** Run by run, so that what a machine does meanwhile meets all subjects alike. */
async function measureAll(rig: Rig, options: BenchOptions): Promise<Result[]> {
  const chosen = subjects.filter(({ name }) => options.only.includes(name));
  const runs = new Map<string, Result[]>();
  for (let run = 1; run <= options.runs; run++) {
    for (const workload of options.workloads) {
      for (const subject of chosen) {
        process.stderr.write(`run ${run} of ${options.runs}, ${workload}: ${subject.title}\n`);
        const result = await measure(rig, subject, workload, options);
        if (result === null) continue;
        const name = `${workload} ${subject.name}`;
        runs.set(name, [...(runs.get(name) ?? []), result]);
      }
    }
  }
  return [...runs.values()].map((results) => medianOf(results as [Result, ...Result[]]));
}

/** Null for a workload that the subject has not got. */
async function measure(
  rig: Rig,
  subject: Subject,
  workload: Workload,
  { events, seconds, profileFolder }: BenchOptions,
): Promise<Result | null> {
  const folder = profileFolder === null ? undefined : profileFolderOf(profileFolder, workload, subject);
  if (workload === "drain") return measureDrain(rig, subject, events, folder);
  const { table } = subject;
  return table === null ? null : measureSteady(rig, { ...subject, table }, Number(workload), seconds, folder);
}

function profileFolderOf(parent: string, workload: Workload, { name }: Subject): string {
  return join(parent, `${workload}-${name}`);
}

/** Of the subjects that are processes of Node.js: only these take profiles. */
function profileFolders({ profileFolder, workloads, only }: BenchOptions): string[] {
  if (profileFolder === null) return [];
  const chosen = subjects.filter(({ name }) => only.includes(name));
  const folders = workloads.flatMap((workload) => chosen.map((each) => profileFolderOf(profileFolder, workload, each)));
  return folders.filter((folder) => existsSync(folder));
}

function printProfile(folder: string): void {
  const { path, profile } = readNewestProfile(folder);
  process.stdout.write(`\n${path}\n`);
  for (const { name, place, share } of costliestFunctions(profile, COSTLIEST)) {
    process.stdout.write(`  ${(share * 100).toFixed(1).padStart(5)}%  ${name} (${place})\n`);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
