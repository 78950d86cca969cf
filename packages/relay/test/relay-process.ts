import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "@waybill/harness";
import { settingsTable, type RelayOptions, type SettingName } from "../src/settings/settings.ts";
import type { LogLine } from "./relay-services.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** `outbox-relay run` in a process of its own. */
export interface RelayProcess {
  readonly log: readonly LogLine[];
  /** What it wrote to standard error. */
  readonly errors: readonly string[];
  /** All that it has written, to standard output and to standard error. */
  readonly output: () => string;
  readonly httpUrl: string;
  readonly pid: number;
  /** Its id in `waybill.relay_instance`. */
  readonly instance: string;
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

/** Resolves when the relay has started. @param env further variables */
export async function spawnRelay(
  options: RelayOptions,
  nodeOptions: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RelayProcess> {
  const { process, started } = launchRelay(options, nodeOptions, env);
  await started();
  return process;
}

/** Does not wait: it may refuse to start. */
export function launchRelay(
  options: RelayOptions,
  nodeOptions: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): { readonly process: RelayProcess; readonly started: () => Promise<unknown> } {
  const args = Object.entries(options).flatMap(([name, value]) => [
    settingsTable[name as SettingName].flag,
    Array.isArray(value) ? value.join(",") : String(value),
  ]);
  const child = spawn(process.execPath, ["--conditions=@waybill/source", ...nodeOptions, main, "run", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const { log, errors, output } = keepOutput(child);
  const exited = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const startLine = () => log.find(({ msg }) => msg === "relay started");
  return {
    process: {
      log,
      errors,
      output,
      exited,
      pid: child.pid ?? -1,
      get httpUrl() {
        return String(startLine()?.["httpUrl"]);
      },
      get instance() {
        return String(startLine()?.["instance"]);
      },
      kill: (signal) => void child.kill(signal),
    },
    started: () =>
      eventually(() => {
        if (child.exitCode !== null) throw new Error(`the relay ended with ${child.exitCode}: ${errors.join("\n")}`);
        return startLine();
      }),
  };
}

function keepOutput(child: ChildProcess): { log: LogLine[]; errors: string[]; output: () => string } {
  const log: LogLine[] = [];
  const errors: string[] = [];
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => void (output += String(chunk)));
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => log.push(JSON.parse(line)));
  if (child.stderr !== null) createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  return { log, errors, output: () => output };
}
