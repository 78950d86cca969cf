import { paint, type Terminal } from "./terminal.ts";

/** Tells a person what is going on and how long it took. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #startedAt = performance.now();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Seconds since the demo began. */
  get elapsedSeconds(): number {
    return (performance.now() - this.#startedAt) / 1_000;
  }

  heading(text: string): void {
    this.#terminal.write(`\n${paint(this.#terminal, "bold", text)}\n`);
  }

  /** Something is done. */
  done(text: string, durationMs?: number): void {
    const took = durationMs === undefined ? "" : paint(this.#terminal, "dim", `  ${formatDuration(durationMs)}`);
    this.#line(`${paint(this.#terminal, "green", "✓")} ${text}${took}`);
  }

  /** Something bad was done on purpose. */
  hazard(text: string): void {
    this.#line(`${paint(this.#terminal, "yellow", "⚡")} ${text}`);
  }

  /** Runs a step; on a terminal its title stands there meanwhile. */
  async step<Result>(title: string, run: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    this.now(title);
    const result = await run();
    this.done(title, performance.now() - startedAt);
    return result;
  }

  /** What is going on, rewritten in place; says nothing where lines cannot be rewritten. */
  now(text: string): void {
    if (this.#terminal.live) this.#terminal.write(`\r\u001B[K  ${paint(this.#terminal, "dim", `… ${text}`)}`);
  }

  #line(text: string): void {
    this.#terminal.write(`${this.#terminal.live ? "\r\u001B[K" : ""}  ${text}\n`);
  }
}

/** `430 ms`, `2.1 s`. */
export function formatDuration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
