import type { KafkaRecord } from "./kafka-port.ts";
import type { Outcome } from "./record-processor.ts";

export interface PartitionLaneParts {
  /** Resolves when nothing of an earlier assignment is still at work on this partition. */
  readonly after: Promise<void>;
  readonly process: (record: KafkaRecord, signal: AbortSignal) => Promise<Outcome>;
  /** The record is done: its offset may be committed. */
  readonly done: (record: KafkaRecord) => void;
  /** Stops and restarts the flow of records. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Queued records at which the flow pauses; it resumes at half of it. */
  readonly maxQueuedRecords: number;
}

/**
 * The records of one partition during one assignment, one after the other: order per key is order per partition.
 *
 * ```
 *         enqueue               queue empty
 *  IDLE ──────────▶ PROCESSING ─────────────▶ IDLE
 *    │                  │ record abandoned
 *    │ end()            ▼ or end(): the record in hand finishes, the rest of the queue is dropped
 *    └───────────────▶ ENDED
 * ```
 *
 * Dropped records come again: their offsets were not committed.
 */
export class PartitionLane {
  readonly #parts: PartitionLaneParts;
  readonly #ending = new AbortController();
  #queue: KafkaRecord[] = [];
  #paused = false;
  #running: Promise<void>;
  #idle = true;

  constructor(parts: PartitionLaneParts) {
    this.#parts = parts;
    this.#running = parts.after;
  }

  enqueue(records: readonly KafkaRecord[]): void {
    if (this.#ending.signal.aborted) return;
    this.#queue.push(...records);
    if (!this.#paused && this.#queue.length >= this.#parts.maxQueuedRecords) {
      this.#paused = true;
      this.#parts.pause();
    }
    if (!this.#idle) return;
    this.#idle = false;
    this.#running = this.#running.then(() => this.#drainQueue());
  }

  /** Takes no further record. */
  end(): void {
    this.#ending.abort();
    this.#queue = [];
  }

  /** Resolves when no record is in hand. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #drainQueue(): Promise<void> {
    const { signal } = this.#ending;
    for (let record = this.#next(); record !== undefined; record = this.#next()) {
      const outcome = await this.#parts.process(record, signal);
      if (outcome === "abandoned") break;
      this.#parts.done(record);
    }
    this.#idle = true;
  }

  #next(): KafkaRecord | undefined {
    // An ended lane leaves the flow alone: it may be the next lane's by now.
    if (this.#ending.signal.aborted) return undefined;
    const record = this.#queue.shift();
    if (this.#paused && this.#queue.length <= this.#parts.maxQueuedRecords / 2) {
      this.#paused = false;
      this.#parts.resume();
    }
    return record;
  }
}
