/** What can keep the relay from publishing. */
export type HealthCondition = "starting" | "database" | "broker" | "registry" | "held" | "stopping";

/** Ready means: nothing keeps events from being published. */
export class Health {
  readonly #conditions = new Map<HealthCondition, string>([["starting", "the relay has not connected yet"]]);
  #aliveAt: number;
  readonly #now: () => number;

  /** @param now milliseconds, monotonic */
  constructor(now: () => number) {
    this.#now = now;
    this.#aliveAt = now();
  }

  /** Tells the condition, and whether this is news. */
  set(condition: HealthCondition, reason: string): boolean {
    const isNews = !this.#conditions.has(condition);
    this.#conditions.set(condition, reason);
    return isNews;
  }

  /** Tells whether the condition had been there. */
  clear(...conditions: readonly HealthCondition[]): boolean {
    return conditions.map((condition) => this.#conditions.delete(condition)).includes(true);
  }

  get isReady(): boolean {
    return this.#conditions.size === 0;
  }

  /** Why the relay is not ready, by condition. */
  get reasons(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#conditions);
  }

  /** The loop has done a step, be it only a failed attempt. */
  beat(): void {
    this.#aliveAt = this.#now();
  }

  /** Milliseconds since the loop's last step. */
  get silentMs(): number {
    return this.#now() - this.#aliveAt;
  }
}
