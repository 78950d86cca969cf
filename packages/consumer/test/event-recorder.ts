import type { ConsumerEvent } from "@waybill/consumer";

type Kind = ConsumerEvent["kind"];
type EventOf<K extends Kind> = Extract<ConsumerEvent, { readonly kind: K }>;

/** Keeps what a consumer tells, and lets a test wait for it. */
export class EventRecorder {
  readonly events: ConsumerEvent[] = [];
  #watchers: (() => void)[] = [];

  /** Give it as `onEvent`. */
  readonly onEvent = (event: ConsumerEvent): void => {
    this.events.push(event);
    for (const watcher of this.#watchers.splice(0)) watcher();
  };

  all<K extends Kind>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  /** Resolves with the events of the kind as soon as there are so many, past ones included. */
  async until<K extends Kind>(kind: K, count = 1): Promise<EventOf<K>[]> {
    while (this.all(kind).length < count) await this.#next();
    return this.all(kind);
  }

  /** Resolves as soon as the condition holds; asked after each event. */
  async untilTrue(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#next();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }
}
