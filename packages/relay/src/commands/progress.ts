import type { CliEnvironment } from "../cli-environment.ts";
import { formatCount, formatRate, formatSpan } from "./human-units.ts";

/** A terminal's line is redrawn this often; without one a new line is printed this often. */
const REDRAW_MS = 200;
const LINE_MS = 5_000;
const BAR_CELLS = 30;

export interface ProgressOptions {
  /** In the past tense, such as `replayed`. */
  readonly verb: string;
  /** Null when it is not known. */
  readonly total: number | null;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** How far a long command is, on standard error: a bar on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #environment: CliEnvironment;
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #shownAt: number;
  #hasLine = false;

  constructor(environment: CliEnvironment, options: ProgressOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#startedAt = options.now();
    this.#shownAt = this.#startedAt;
  }

  /** Shows the count when it is time to. */
  update(done: number): void {
    const now = this.#options.now();
    if (now - this.#shownAt < (this.#environment.isTerminal === true ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = now;
    this.#show(done, now);
  }

  /** Says something between two lines of progress. */
  say(message: string): void {
    this.close();
    this.#environment.stderr(`${message}\n`);
  }

  /** Leaves the line, so that what follows begins on a new one. */
  close(): void {
    if (this.#hasLine) this.#environment.stderr("\n");
    this.#hasLine = false;
  }

  #show(done: number, now: number): void {
    const text = progressText(done, this.#options.total, now - this.#startedAt, this.#options.verb);
    if (this.#environment.isTerminal === true) {
      this.#environment.stderr(`\r\u001b[K${progressBar(done, this.#options.total)}${text}`);
      this.#hasLine = true;
    } else {
      this.#environment.stderr(`${text}\n`);
    }
  }
}

/** `replayed 12,000 of 50,000 (24%), 1,020/s, 37 s left` */
export function progressText(done: number, total: number | null, elapsedMs: number, verb: string): string {
  const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1_000 : 0;
  if (total === null) return `${verb} ${formatCount(done)}, ${formatRate(perSecond)}`;
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  const left = perSecond > 0 ? `, ${formatSpan((Math.max(0, total - done) / perSecond) * 1_000)} left` : "";
  return `${verb} ${formatCount(done)} of ${formatCount(total)} (${share}%), ${formatRate(perSecond)}${left}`;
}

/** `[#########---------------------] ` */
export function progressBar(done: number, total: number | null): string {
  if (total === null || total === 0) return "";
  const full = Math.min(BAR_CELLS, Math.floor((done / total) * BAR_CELLS));
  return `[${"#".repeat(full)}${"-".repeat(BAR_CELLS - full)}] `;
}
