/**
 * A producer of one transaction after another, and the numbers of its batches.
 *
 *   claim (InitProducerId) ──► IDLE ──begin──► OPEN ──commit──► ENDING ──answered──► IDLE
 *                               ▲               │                 │
 *                   next epoch  │               │ spoil           ├── no answer: ENDING still, commit asks again
 *                               │               ▼                 └── refused: fenced; of no use any more
 *                            ABORTED ◄──abort── SPOILED
 *
 * Two rules beyond the protocol's own, which tells requests of one epoch apart by nothing:
 *
 * 1. A transaction that was aborted, or in which an answer was lost, is the last of its epoch. A request that comes late,
 *    out of a connection that was given up, is then of an old epoch and refused; in the same epoch it would end or begin a
 *    transaction that it knows nothing of.
 * 2. What was asked to commit is never aborted. Its end is asked for until it is told, or until another epoch is met.
 */
import type { ProducerIdentity } from "./batch-header.ts";
import type { SenderSequences } from "./lane-sender.ts";
import { CoordinatorRefusal, type PartitionRefusal, type TopicPartition } from "./transaction-coordinator.ts";
import type { TransactionCoordinator } from "./transaction-coordinator.ts";

/** Sequence numbers count from 0 to 2^31 - 1 and begin again. */
const SEQUENCES = 2 ** 31;

export type ProducerState = "idle" | "open" | "spoiled" | "aborted" | "ending";

export interface TransactionalProducerOptions {
  /** How long a transaction may be open before it is overdue. */
  readonly maxOpenMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** What of the coordinator a producer needs. */
export type ProducerCoordinator = Pick<TransactionCoordinator, "init" | "addPartitions" | "end">;

export class TransactionalProducer implements SenderSequences {
  readonly #coordinator: ProducerCoordinator;
  readonly #options: TransactionalProducerOptions;
  readonly #next = new Map<string, number>();
  readonly #added = new Set<string>();
  #identity: ProducerIdentity;
  #state: ProducerState = "idle";
  #openedAt = 0;
  #isEpochUsedUp = false;

  private constructor(
    coordinator: ProducerCoordinator,
    options: TransactionalProducerOptions,
    identity: ProducerIdentity,
  ) {
    this.#coordinator = coordinator;
    this.#options = options;
    this.#identity = identity;
  }

  /** Fences all earlier ones. What they left open is ended when this resolves. @throws anything */
  static async claim(
    coordinator: ProducerCoordinator,
    options: TransactionalProducerOptions,
  ): Promise<TransactionalProducer> {
    return new TransactionalProducer(coordinator, options, await coordinator.init(null));
  }

  get state(): ProducerState {
    return this.#state;
  }

  /** Whether the transaction is better aborted than gone on with: the coordinator would do it by itself, and fence us. */
  get isOverdue(): boolean {
    return this.#state === "open" && this.#options.now() - this.#openedAt > this.#options.maxOpenMs;
  }

  /** Begins a transaction or goes on with it: from here on these partitions may be written to. @throws anything */
  async begin(partitions: readonly TopicPartition[]): Promise<readonly PartitionRefusal[]> {
    if (this.#state === "idle" && this.#isEpochUsedUp) await this.#raiseEpoch();
    const missing = partitions.filter((partition) => !this.#added.has(nameOf(partition)));
    if (this.#state === "idle") this.#openedAt = this.#options.now();
    this.#state = "open";
    if (missing.length === 0) return [];
    const refusals = await this.#tell(() => this.#coordinator.addPartitions(this.#identity, missing));
    if (refusals.length === 0) for (const partition of missing) this.#added.add(nameOf(partition));
    return refusals;
  }

  /** Resolves when the transaction is committed. @throws anything; `ending` still: call it again */
  async commit(): Promise<void> {
    this.#state = "ending";
    await this.#tell(() => this.#coordinator.end(this.#identity, "commit"));
    this.#added.clear();
    this.#state = "idle";
  }

  /** The transaction cannot be committed any more. */
  spoil(): void {
    if (this.#state === "open") this.#state = "spoiled";
  }

  /** Resolves when nothing of the transaction will ever be read, nor anything that comes late. @throws anything */
  async abort(): Promise<void> {
    if (this.#state === "ending") throw new Error("a transaction that may be committed is not aborted");
    if (this.#state !== "aborted") await this.#endOpen();
    await this.#raiseEpoch();
    this.#state = "idle";
  }

  async identified(topic: string, partition: number): Promise<{ identity: ProducerIdentity; next: number }> {
    if (this.#state !== "open") throw new Error("the transaction is to be aborted");
    return { identity: this.#identity, next: this.#next.get(nameOf({ topic, partition })) ?? 0 };
  }

  advance(topic: string, partition: number, records: number): void {
    const name = nameOf({ topic, partition });
    this.#next.set(name, ((this.#next.get(name) ?? 0) + records) % SEQUENCES);
  }

  /** A sequence broke: the whole transaction goes with it. */
  forget(): void {
    this.spoil();
  }

  async #endOpen(): Promise<void> {
    this.#state = "spoiled";
    try {
      await this.#coordinator.end(this.#identity, "abort");
    } catch (error) {
      if (!isNothingOpen(error)) throw error;
    }
    this.#added.clear();
    this.#state = "aborted";
  }

  async #raiseEpoch(): Promise<void> {
    this.#identity = await this.#coordinator.init(this.#identity);
    this.#next.clear();
    this.#isEpochUsedUp = false;
  }

  async #tell<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof CoordinatorRefusal)) this.#isEpochUsedUp = true;
      throw error;
    }
  }
}

/** Of an abort: what was to begin never reached the coordinator. */
function isNothingOpen(error: unknown): boolean {
  return error instanceof CoordinatorRefusal && error.errorName === "INVALID_TXN_STATE";
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
