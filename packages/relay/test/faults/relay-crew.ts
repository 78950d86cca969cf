/**
 * Relays in processes of their own, each started again when it ends, as a supervisor does:
 *
 *   launch ──► running ──► ended ──► pause ──► launch …        until `stop`: SIGTERM, and SIGKILL for whoever stays
 */
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "@waybill/harness";
import type { RelayOptions } from "../../src/settings/settings.ts";
import { launchRelay, type RelayProcess } from "../relay-process.ts";
import type { LogLine } from "../relay-services.ts";

/** One end of a relay's process. */
export interface RelayExit {
  readonly status: number | NodeJS.Signals;
  readonly message: string;
}

const RESTART_MS = 100;

/** How many times each relay may end before that is no longer the fault's doing. */
const STARTS = 50;
const STOP_MS = 20_000;

export class CrewMember {
  readonly exits: RelayExit[] = [];
  readonly #options: RelayOptions;
  readonly #supervising: Promise<void>;
  readonly #ended: RelayProcess[] = [];
  #process: RelayProcess;
  #isStopping = false;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#process = launchRelay(options).process;
    this.#supervising = this.#supervise();
  }

  get process(): RelayProcess {
    return this.#process;
  }

  /** What all its processes logged. */
  get log(): readonly LogLine[] {
    return [...this.#ended, this.#process].flatMap(({ log }) => log);
  }

  get isStarted(): boolean {
    return this.#process.log.some(({ msg }) => msg === "relay started");
  }

  /** Ends the process at hand and resolves when it has ended; another follows. */
  async kill(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const { exited } = this.#process;
    this.#process.kill(signal);
    await exited;
  }

  pause(): void {
    this.#process.kill("SIGSTOP");
  }

  resume(): void {
    this.#process.kill("SIGCONT");
  }

  /** What /readyz says; null while nobody answers. */
  async readiness(): Promise<{ readonly status: number; readonly text: string } | null> {
    if (!this.isStarted) return null;
    try {
      const response = await fetch(`${this.#process.httpUrl}/readyz`);
      return { status: response.status, text: await response.text() };
    } catch {
      return null; // it has just ended
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.resume();
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), STOP_MS);
    await this.#supervising;
    clearTimeout(timer);
  }

  async #supervise(): Promise<void> {
    for (;;) {
      const status = await this.#process.exited;
      this.exits.push({ status, message: this.#process.errors.join("\n") });
      if (this.#isStopping) return;
      await delay(RESTART_MS);
      if (this.#isStopping) return;
      this.#ended.push(this.#process);
      this.#process = launchRelay(this.#options).process;
    }
  }
}

/** A process starts in a second, unless many others want the machine. */
const READY_MS = 120_000;

/** Resolves when one of them publishes: a second relay may have to wait for the first. */
export async function someReady(members: readonly CrewMember[]): Promise<void> {
  await eventually(async () => {
    const answers = await Promise.all(members.map((member) => member.readiness()));
    if (answers.some((answer) => answer?.status === 200)) return true;
    const exits = members.flatMap((member) => member.exits);
    if (exits.length <= members.length * STARTS) return false;
    throw new Error(`no relay starts: ${exits.at(-1)?.status}: ${exits.at(-1)?.message}`);
  }, READY_MS);
}
