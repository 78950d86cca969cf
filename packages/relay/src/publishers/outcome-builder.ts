import type { FailureReason, SendFailure, SendOutcome } from "./lane-publisher.ts";

/** Gathers what became of a send; failures that say the same of one topic become one. */
export class OutcomeBuilder {
  readonly #acknowledged = new Map<string, number>();
  readonly #failures = new Map<string, { reason: FailureReason; topic: string; message: string; ids: number[] }>();

  acknowledge(topic: string, events: number): void {
    this.#acknowledged.set(topic, (this.#acknowledged.get(topic) ?? 0) + events);
  }

  fail(reason: FailureReason, topic: string, ids: readonly number[], message: string): void {
    const key = JSON.stringify([reason, topic, message]);
    const failure = this.#failures.get(key);
    if (failure === undefined) this.#failures.set(key, { reason, topic, message, ids: [...ids] });
    else for (const id of ids) failure.ids.push(id);
  }

  build(): SendOutcome {
    const failures: SendFailure[] = [...this.#failures.values()];
    for (const { ids } of this.#failures.values()) ids.sort((a, b) => a - b);
    return { acknowledged: this.#acknowledged, failures };
  }
}
