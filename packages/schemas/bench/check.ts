/**
 * How long `schemas check` takes, as a process from cold start: on a tree of 1,000 events with 10 versions each in a
 * transitive mode, and on the schemas of this repository. The built program is measured: run `pnpm build` before.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeLargeTree } from "./large-tree.ts";

/** Of one run, in seconds. */
interface Times {
  readonly elapsed: number;
  /** Of the processor, user and system: what else the machine does hardly changes it. */
  readonly cpu: number;
}

const runs = 7;
const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const repositorySchemas = fileURLToPath(new URL("../../../schemas", import.meta.url));
const [command, ...prefix] =
  spawnSync("taskset", ["-c", "0", "true"]).status === 0
    ? ["taskset", "-c", "0", process.execPath]
    : [process.execPath];

/** Lets the process itself tell its processor time as the last line of its errors. */
const reportCpu = `data:text/javascript,process.on("exit",()=>{
  const { user, system } = process.cpuUsage();
  process.stderr.write("\\n" + (user + system));
})`;

function run(...args: readonly string[]): Times {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(
    command ?? process.execPath,
    [...prefix, "--import", reportCpu, program, ...args],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  const elapsed = (performance.now() - start) / 1000;
  if (status !== 0)
    throw new Error(`schemas ${args.join(" ")} failed: ${stderr.slice(0, 2000)}${stdout.slice(0, 2000)}`);
  return { elapsed, cpu: Number(stderr.slice(stderr.lastIndexOf("\n"))) / 1e6 };
}

function report(name: string, limit: number, tree: string): void {
  const times = Array.from({ length: runs }, () => run("check", tree));
  const sorted = (kind: keyof Times) => times.map((time) => time[kind]).toSorted((a, b) => a - b);
  const describe = (values: readonly number[]) =>
    [values[0], values[values.length >> 1], values.at(-1)].map((value = 0) => value.toFixed(2)).join(" / ");
  const elapsed = sorted("elapsed");
  const verdict = (elapsed[elapsed.length >> 1] ?? 0) < limit ? "within" : "over";
  process.stdout.write(
    `${name}: elapsed ${describe(elapsed)} s, processor ${describe(sorted("cpu"))} s; median ${verdict} ${limit} s\n`,
  );
}

process.stdout.write(`least / median / most of ${runs} runs\n`);
const folder = mkdtempSync(join(tmpdir(), "schemas-bench-"));
try {
  writeLargeTree(folder, 1000, 10);
  run("release", folder);
  report("1,000 events of 10 versions, FULL_TRANSITIVE", 2, folder);
  report("the schemas of this repository", 0.3, repositorySchemas);
} finally {
  rmSync(folder, { recursive: true });
}
