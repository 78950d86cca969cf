import type { KafkaRecord } from "./kafka-port.ts";
import type { Outcome } from "./record-processor.ts";

/** What a lane may hold. The flow pauses at the first limit that is met, and resumes at half of both. */
export interface QueueLimits {
  readonly maxQueuedRecords: number;
  /** Of keys, values and headers. */
  readonly maxQueuedBytes: number;
}

export interface PartitionLaneParts {
  /** Resolves when nothing of an earlier assignment is still at work on this partition. */
  readonly after: Promise<void>;
  readonly process: (record: KafkaRecord, signal: AbortSignal) => Promise<Outcome>;
  /** The record is done: its offset may be committed. */
  readonly done: (record: KafkaRecord) => void;
  /** Stops and restarts the flow of records. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly limits: QueueLimits;
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
  #queuedBytes = 0;
  #paused = false;
  #running: Promise<void>;
  #idle = true;

  constructor(parts: PartitionLaneParts) {
    this.#parts = parts;
    this.#running = parts.after;
  }

  enqueue(records: readonly KafkaRecord[]): void {
    if (this.#ending.signal.aborted) return;
    for (const record of records) {
      this.#queue.push(record);
      this.#queuedBytes += bytesOf(record);
    }
    if (!this.#paused && this.#fill() >= 1) {
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
    if (record !== undefined) this.#queuedBytes -= bytesOf(record);
    if (this.#paused && this.#fill() <= 0.5) {
      this.#paused = false;
      this.#parts.resume();
    }
    return record;
  }

  /** How much of its limits the queue takes up: 1 is full. */
  #fill(): number {
    const { maxQueuedRecords, maxQueuedBytes } = this.#parts.limits;
    return Math.max(this.#queue.length / maxQueuedRecords, this.#queuedBytes / maxQueuedBytes);
  }
}

function bytesOf({ key, value, headers }: KafkaRecord): number {
  const headerBytes = headers.reduce((sum, [name, header]) => sum + name.length + (header?.length ?? 0), 0);
  return (key?.length ?? 0) + (value?.length ?? 0) + headerBytes;
}
