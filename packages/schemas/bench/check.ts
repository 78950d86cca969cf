/**
 * How long `schemas check` takes, as a process from cold start: on a tree of 1,000 events with 10 versions each in a
 * transitive mode, and on the schemas of this repository. The built program is measured: run `pnpm build` before. Exits
 * with 1 when a median is over its limit.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeLargeTree } from "./large-tree.ts";

/** What one run took. */
interface Cost {
  /** In seconds. */
  readonly elapsed: number;
  /** Seconds of the processor, user and system: what else the machine does hardly changes it. */
  readonly cpu: number;
  /** The most that the process held, in MB. */
  readonly memory: number;
}

/** The medians that are too much. */
type Limits = Pick<Cost, "elapsed" | "memory">;

const runs = 7;
const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const repositorySchemas = fileURLToPath(new URL("../../../schemas", import.meta.url));
const [command, ...prefix] =
  spawnSync("taskset", ["-c", "0", "true"]).status === 0
    ? ["taskset", "-c", "0", process.execPath]
    : [process.execPath];

/** Lets the process itself tell its processor time and memory as the last line of its errors. */
const reportUsage = `data:text/javascript,process.on("exit",()=>{
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  process.stderr.write("\\n" + JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 }));
})`;

function run(...args: readonly string[]): Cost {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    command ?? process.execPath,
    [...prefix, "--import", reportUsage, program, ...args],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const elapsed = (performance.now() - start) / 1000;
  if (status !== 0)
    throw new Error(`schemas ${args.join(" ")} failed: ${stderr.slice(0, 2000)}${stdout.slice(0, 2000)}`);
  const usage = JSON.parse(stderr.slice(stderr.lastIndexOf("\n"))) as Omit<Cost, "elapsed">;
  return { elapsed, ...usage };
}

function report(name: string, limits: Limits, tree: string): void {
  const costs = Array.from({ length: runs }, () => run("check", tree));
  const sorted = (kind: keyof Cost) => costs.map((cost) => cost[kind]).toSorted((a, b) => a - b);
  const median = (kind: keyof Cost) => sorted(kind)[runs >> 1] ?? Number.NaN;
  const describe = (kind: keyof Cost, digits = 2) =>
    [sorted(kind)[0], median(kind), sorted(kind).at(-1)].map((value) => value?.toFixed(digits)).join(" / ");
  const isWithin = median("elapsed") < limits.elapsed && median("memory") < limits.memory;
  if (!isWithin) process.exitCode = 1;
  process.stdout.write(
    `${name}: elapsed ${describe("elapsed")} s, processor ${describe("cpu")} s, memory ${describe("memory", 0)} MB; ` +
      `medians ${isWithin ? "within" : "over"} ${limits.elapsed} s and ${limits.memory} MB\n`,
  );
}

process.stdout.write(`least / median / most of ${runs} runs\n`);
const folder = mkdtempSync(join(tmpdir(), "schemas-bench-"));
try {
  writeLargeTree(folder, 1000, 10);
  run("release", folder);
  report("1,000 events of 10 versions, FULL_TRANSITIVE", { elapsed: 2, memory: 250 }, folder);
  report("the schemas of this repository", { elapsed: 0.3, memory: 150 }, repositorySchemas);
} finally {
  rmSync(folder, { recursive: true });
}
