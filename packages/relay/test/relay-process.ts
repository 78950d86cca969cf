import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "@waybill/harness";
import { settingsTable, type RelayOptions, type SettingName } from "../src/settings.ts";
import type { LogLine } from "./relay-services.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** `outbox-relay run` in a process of its own. */
export interface RelayProcess {
  readonly log: readonly LogLine[];
  readonly httpUrl: string;
  /** Its id in `waybill.relay_instance`. */
  readonly instance: string;
  /** Resolves to the exit code, or to the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

/** Resolves when the relay has started. */
export async function spawnRelay(options: RelayOptions, nodeOptions: readonly string[] = []): Promise<RelayProcess> {
  const args = Object.entries(options).flatMap(([name, value]) => [
    settingsTable[name as SettingName].flag,
    Array.isArray(value) ? value.join(",") : String(value),
  ]);
  const child = spawn(process.execPath, ["--conditions=@waybill/source", ...nodeOptions, main, "run", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { log, errors } = keepOutput(child);
  const exited = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const started = await eventually(() => {
    if (child.exitCode !== null) throw new Error(`the relay ended with ${child.exitCode}: ${errors.join("\n")}`);
    return log.find(({ msg }) => msg === "relay started");
  });
  const { httpUrl, instance } = started;
  return {
    log,
    exited,
    httpUrl: String(httpUrl),
    instance: String(instance),
    kill: (signal) => void child.kill(signal),
  };
}

function keepOutput(child: ChildProcess): { log: LogLine[]; errors: string[] } {
  const log: LogLine[] = [];
  const errors: string[] = [];
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => log.push(JSON.parse(line)));
  if (child.stderr !== null) createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  return { log, errors };
}
