import { redactUrls } from "./redact.ts";

/** What can keep the relay from publishing. */
export type HealthCondition = "starting" | "database" | "broker" | "registry" | "held" | "stopping";

/** What comes and goes many times a second is told this often, so that the log holds news and not noise. */
const TELL_AGAIN_MS = 10_000;

interface Occurrence {
  readonly reason: string;
  readonly subject: string;
  readonly isTold: boolean;
}

/** Ready means: nothing keeps events from being published. */
export class Health {
  readonly #conditions = new Map<HealthCondition, Occurrence>([
    ["starting", { reason: "the relay has not connected yet", subject: "", isTold: true }],
  ]);
  readonly #toldAt = new Map<HealthCondition, number>();
  #aliveAt: number;
  readonly #now: () => number;

  /** @param now milliseconds, monotonic */
  constructor(now: () => number) {
    this.#now = now;
    this.#aliveAt = now();
  }

  /**
   * Tells the condition. Call it at every attempt that fails.
   *
   * @param reason what `/readyz` says; passwords in URLs are taken out of it
   * @param subject what it is about, when there can be several: another one is news
   * @returns whether it is to be logged now: it is news, or was when the last news was too fresh
   */
  set(condition: HealthCondition, reason: string, subject = ""): boolean {
    const before = this.#conditions.get(condition);
    const isKnown = before !== undefined && before.isTold && before.subject === subject;
    const sinceToldMs = this.#now() - (this.#toldAt.get(condition) ?? -TELL_AGAIN_MS);
    const isToldNow = !isKnown && sinceToldMs >= TELL_AGAIN_MS;
    if (isToldNow) this.#toldAt.set(condition, this.#now());
    this.#conditions.set(condition, { reason: redactUrls(reason), subject, isTold: isKnown || isToldNow });
    return isToldNow;
  }

  /** Tells whether the end of one of the conditions is to be logged, as its beginning was. */
  clear(...conditions: readonly HealthCondition[]): boolean {
    const told = conditions.filter((condition) => this.#conditions.get(condition)?.isTold === true);
    for (const condition of conditions) this.#conditions.delete(condition);
    return told.length > 0;
  }

  get isReady(): boolean {
    return this.#conditions.size === 0;
  }

  /** Why the relay is not ready, by condition. */
  get reasons(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#conditions].map(([condition, { reason }]) => [condition, reason]));
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
