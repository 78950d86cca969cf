import type { PublisherLane, RowView, SendOutcome } from "../lane-publisher.ts";
import type { LaneFill } from "./lane-fill.ts";
import type { LaneSender } from "./lane-sender.ts";
import type { ProducerSequences } from "./producer-sequences.ts";
import type { SealedPartition } from "./sealed-partition.ts";

export interface WireLaneOptions {
  readonly fill: LaneFill;
  readonly sender: LaneSender;
  readonly sequences: ProducerSequences;
  /** Before each send. */
  readonly onSend: () => void;
}

/** Two batches: one is filled while the other is in flight. */
export class WireLane implements PublisherLane {
  readonly #options: WireLaneOptions;
  #flight: SealedPartition[] = [];
  #sending: AbortController | null = null;

  constructor(options: WireLaneOptions) {
    this.#options = options;
  }

  get filledEvents(): number {
    return this.#options.fill.events;
  }

  get filledBytes(): number {
    return this.#options.fill.bytes;
  }

  append(row: RowView, registryId: number): void {
    this.#options.fill.append(row, registryId);
  }

  async send(): Promise<SendOutcome> {
    this.#refuseWhileSending("send");
    if (this.#flight.length > 0) throw new Error("send() before everything sent earlier is acknowledged or removed");
    this.#options.onSend();
    this.#flight = this.#options.fill.seal();
    return this.#attempt();
  }

  async repeat(): Promise<SendOutcome> {
    this.#refuseWhileSending("repeat");
    return this.#attempt();
  }

  remove(ids: ReadonlySet<number>): void {
    this.#refuseWhileSending("remove");
    this.#options.fill.remove(ids);
    for (const partition of this.#flight) {
      const changedSent = partition.remove(ids);
      // The same sequence numbers must never name other records.
      if (changedSent) this.#options.sequences.forget(partition.topic, partition.partition);
    }
    this.#dropAcknowledged();
  }

  unacknowledged(): readonly number[] {
    return this.#flight.flatMap(({ ids }) => ids).sort((a, b) => a - b);
  }

  reset(): void {
    this.#options.fill.reset();
    this.#options.sequences.forgetAll();
    // A send that is awaited still reads its buffers: the garbage collector has them.
    if (this.#sending === null) for (const partition of this.#flight) partition.release();
    else this.#sending.abort();
    this.#sending = null;
    this.#flight = [];
  }

  async #attempt(): Promise<SendOutcome> {
    const sending = new AbortController();
    this.#sending = sending;
    const outcome = await this.#options.sender.attempt(this.#flight, sending.signal);
    if (this.#sending === sending) {
      this.#sending = null;
      this.#dropAcknowledged();
    }
    return outcome;
  }

  #dropAcknowledged(): void {
    const pending = this.#flight.filter(({ first }) => first !== null);
    for (const partition of this.#flight) if (partition.first === null) partition.release();
    this.#flight = pending;
  }

  #refuseWhileSending(what: string): void {
    if (this.#sending !== null) throw new Error(`${what}() while a send is awaited`);
  }
}
