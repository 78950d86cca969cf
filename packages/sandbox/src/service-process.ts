import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { SandboxError } from "./errors.ts";
import { startReaper } from "./reaper.ts";

export { freePort } from "./free-port.ts";

/** How a service says that it is ready: by a line of its output, or by answering a probe. */
export type ReadySignal = { readonly line: string } | { readonly probe: () => Promise<boolean> };

export interface ServiceProcessOptions {
  /** As in messages: `PostgreSQL`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Default: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: `/`. */
  readonly cwd?: string;
  /** Whom to run it as. Default: as this process. */
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  readonly ready: ReadySignal;
  /** Milliseconds until it must be ready. Default 30,000. */
  readonly readyTimeoutMs?: number;
  /** Asks it to stop in an orderly way. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  /** Milliseconds from stopSignal until SIGKILL. Default 10,000. */
  readonly stopTimeoutMs?: number;
  /** Ends it when this process dies, without the prefix SIG. Default KILL. */
  readonly orphanSignal?: "KILL" | "QUIT" | "TERM";
  /** Folder that is deleted once the service has ended, also when this process dies first. */
  readonly temporaryFolder?: string | undefined;
  /** Receives every line of its standard output and standard error. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** A service that this process started, and that does not outlive it. */
export interface ServiceProcess {
  readonly pid: number;
  /** Settles when the process has ended, wanted or not. */
  readonly ended: Promise<void>;
  /** What it printed last, at most 40 lines. */
  lastLines(): readonly string[];
  /** Orderly, then by force. Safe to call twice. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would end it; returns when it has ended. */
  kill(): Promise<void>;
}

const KEPT_LINES = 40;
const PROBE_EVERY_MS = 20;

/**
 * Starts a service as a child process and waits until it is ready.
 *
 * @throws SandboxError `service-did-not-start`, `service-not-ready`, with the service's last lines
 */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const child = spawn(options.command, options.args, {
    ...options.runAs,
    cwd: options.cwd ?? "/",
    env: options.env ?? process.env,
    detached: true, // Ctrl-C reaches only this process, which stops its services in order
    stdio: ["ignore", "pipe", "pipe"],
  });
  const folder = options.temporaryFolder;
  const reaped =
    child.pid === undefined
      ? () => {} // it did not spawn: "error" follows
      : startReaper({ pid: child.pid, signal: options.orphanSignal ?? "KILL", folder });
  const output = new ServiceOutput(child, options.onLine);
  const ended = endOf(child).then(async () => {
    reaped();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  const service: ServiceProcess = {
    pid: child.pid ?? -1,
    ended,
    lastLines: () => output.lines,
    stop: () => endBy(child, ended, options.stopSignal ?? "SIGTERM", options.stopTimeoutMs ?? 10_000),
    kill: () => endBy(child, ended, "SIGKILL", 0),
  };
  try {
    await becomeReady(child, output, options);
  } catch (error) {
    await service.kill();
    throw error;
  }
  return service;
}

async function becomeReady(child: ChildProcess, output: ServiceOutput, options: ServiceProcessOptions): Promise<void> {
  const { name, ready, readyTimeoutMs = 30_000 } = options;
  const settled = new AbortController();
  const { signal } = settled;
  const died = failed(child, signal).then((reason) => {
    throw new SandboxError("service-did-not-start", output.explain(`${name} did not start: ${reason}`), {
      cause: reason,
    });
  });
  const late = delay(readyTimeoutMs, undefined, { signal }).then(() => {
    throw new SandboxError(
      "service-not-ready",
      output.explain(`${name} was started but not ready after ${readyTimeoutMs} ms`),
    );
  });
  const isReady = "line" in ready ? output.waitFor(ready.line) : probeUntilReady(ready.probe, signal);
  try {
    await Promise.race([isReady, died, late]);
  } finally {
    settled.abort();
    await Promise.allSettled([died, late]); // aborted: their rejections are nobody's
  }
}

/** Why the process ended, or could not be spawned; pends while it runs and until the signal aborts. */
async function failed(child: ChildProcess, signal: AbortSignal): Promise<string> {
  try {
    // "close" and not "exit": the last lines have been read by then
    const [code, killedBy] = (await once(child, "close", { signal })) as [number | null, NodeJS.Signals | null];
    return killedBy === null ? `it exited with code ${code}` : `it was ended by ${killedBy}`;
  } catch (error) {
    if (signal.aborted) throw error;
    return (error as Error).message; // `once` rejects on "error": not spawned
  }
}

async function probeUntilReady(probe: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (await probe()) return;
    await delay(PROBE_EVERY_MS);
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
}

async function endBy(
  child: ChildProcess,
  ended: Promise<void>,
  signal: NodeJS.Signals,
  timeoutMs: number,
): Promise<void> {
  child.kill(signal);
  const force = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  await ended;
  clearTimeout(force);
}

/** The lines of a service's standard output and standard error, in the order of arrival. */
class ServiceOutput {
  readonly lines: string[] = [];
  readonly #waiters = new Map<string, () => void>();

  constructor(child: ChildProcess, onLine: ((line: string) => void) | undefined) {
    child.on("error", () => {}); // reported by becomeReady
    for (const input of [child.stdout, child.stderr]) {
      if (input === null) continue;
      createInterface({ input }).on("line", (line) => {
        this.#keep(line);
        onLine?.(line);
      });
    }
  }

  #keep(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    for (const [text, resolve] of this.#waiters) if (line.includes(text)) resolve();
  }

  waitFor(text: string): Promise<void> {
    return new Promise((resolve) => this.#waiters.set(text, resolve));
  }

  explain(message: string): string {
    return this.lines.length === 0 ? message : `${message}. Its last lines:\n  ${this.lines.join("\n  ")}`;
  }
}
