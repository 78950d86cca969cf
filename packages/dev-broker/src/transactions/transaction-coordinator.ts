import type { GroupCoordinator } from "../groups/group-coordinator.ts";
import type { TransactionResult } from "../log/control-batch.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { Metadata, OffsetEntry } from "../storage/journal-entry.ts";
import type { Storage } from "../storage/storage.ts";
import type { TopicStore } from "../topics/topic-store.ts";
import { type Transaction, hasPartition, newTransaction, toTransaction, toTransactionEntry } from "./transaction.ts";

/** Kafka's default of `transaction.max.timeout.ms`. */
const maxTimeoutMs = 900_000;
/** The last epoch that is given to a producer id; then it gets a new one. */
const lastEpoch = 32_766;

/** The producer id and epoch of a request. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
}

export type InitResult = ProducerIdentity & { readonly error: ErrorCode };

export interface TransactionCoordinatorParts {
  readonly storage: Storage;
  readonly topics: TopicStore;
  readonly groups: GroupCoordinator;
  readonly now: () => number;
}

/**
 * Gives out producer ids, fences old producers and ends transactions. Every change is in the journal before its effect,
 * so that a killed broker finishes what it had decided when it starts again.
 */
export class TransactionCoordinator {
  readonly #parts: TransactionCoordinatorParts;
  readonly #transactions = new Map<string, Transaction>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #nextProducerId = 0n;

  constructor(parts: TransactionCoordinatorParts) {
    this.#parts = parts;
  }

  /** Takes the transactions over and finishes those whose end was decided. @throws the file system's error */
  restore(metadata: Metadata): void {
    this.#nextProducerId = metadata.nextProducerId;
    for (const entry of metadata.transactions.values()) {
      const transaction = toTransaction(entry);
      this.#transactions.set(entry.transactionalId, transaction);
      if (transaction.state === "ongoing") this.#startTimer(transaction);
      if (transaction.state === "prepare-commit") this.#complete(transaction, "commit", "open-only");
      if (transaction.state === "prepare-abort") this.#complete(transaction, "abort", "open-only");
    }
  }

  /** A producer id for an idempotent producer. @throws the file system's error */
  newProducerId(): bigint {
    const producerId = this.#nextProducerId;
    this.#parts.storage.record({ kind: "next-producer-id", producerId: String(producerId + 1n) });
    this.#nextProducerId = producerId + 1n;
    return producerId;
  }

  /**
   * The producer id of a transactional id, with an epoch above all earlier ones: their holders are fenced, and the
   * transaction that one of them left open is aborted.
   */
  init(transactionalId: string, timeoutMs: number, claimed: ProducerIdentity | null): InitResult {
    if (transactionalId === "") return refuseInit(ErrorCode.INVALID_REQUEST);
    if (timeoutMs <= 0 || timeoutMs > maxTimeoutMs) return refuseInit(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    const known = this.#transactions.get(transactionalId);
    if (known === undefined) {
      const transaction = newTransaction(transactionalId, this.newProducerId(), timeoutMs);
      this.#transactions.set(transactionalId, transaction);
      this.#save(transaction);
      return grant(transaction);
    }
    if (claimed !== null) {
      if (claimed.producerId !== known.producerId) return refuseInit(ErrorCode.PRODUCER_FENCED);
      const repeated = claimed.epoch === known.lastEpoch && known.state !== "ongoing";
      if (repeated && claimed.epoch !== known.epoch) return grant(known);
      if (claimed.epoch !== known.epoch) return refuseInit(ErrorCode.PRODUCER_FENCED);
    }
    this.#finishOpen(known);
    this.#nextEpoch(known, claimed);
    known.timeoutMs = timeoutMs;
    known.state = "empty";
    this.#save(known);
    return grant(known);
  }

  /** Whether this producer may act on the transaction; the transaction, if so. */
  find(transactionalId: string, producer: ProducerIdentity): Transaction | ErrorCode {
    if (transactionalId === "") return ErrorCode.INVALID_REQUEST;
    const transaction = this.#transactions.get(transactionalId);
    if (transaction === undefined || transaction.producerId !== producer.producerId) {
      return ErrorCode.INVALID_PRODUCER_ID_MAPPING;
    }
    return transaction.epoch === producer.epoch ? transaction : ErrorCode.PRODUCER_FENCED;
  }

  /** Makes partitions part of the transaction, which begins with the first. @throws the file system's error */
  addPartitions(transaction: Transaction, partitions: readonly { topic: string; partition: number }[]): void {
    this.#begin(transaction);
    for (const { topic, partition } of partitions) {
      if (!hasPartition(transaction, topic, partition)) transaction.partitions.push({ topic, partition });
    }
    this.#save(transaction);
  }

  /** Makes a group's offsets part of the transaction. @throws the file system's error */
  addGroup(transaction: Transaction, groupId: string): void {
    this.#begin(transaction);
    transaction.groups.add(groupId);
    this.#save(transaction);
  }

  /** Offsets that are committed when the transaction is. @throws the file system's error */
  addOffsets(transaction: Transaction, offsets: readonly OffsetEntry[]): void {
    transaction.offsets.push(...offsets);
    this.#save(transaction);
  }

  /** Whether a transactional batch may be appended to this partition. */
  checkProduce(transactionalId: string, producer: ProducerIdentity, topic: string, partition: number): ErrorCode {
    const found = this.find(transactionalId, producer);
    if (found === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
    if (typeof found === "number") return found;
    const added = found.state === "ongoing" && hasPartition(found, topic, partition);
    return added ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE;
  }

  /** Ends the transaction; a repeat of the same end is fine. @throws the file system's error */
  end(transaction: Transaction, result: TransactionResult): ErrorCode {
    if (transaction.state === "ongoing" || transaction.state === `prepare-${result}`) {
      this.#decide(transaction, result);
      return ErrorCode.NONE;
    }
    return transaction.state === `complete-${result}` ? ErrorCode.NONE : ErrorCode.INVALID_TXN_STATE;
  }

  /** Whether an open transaction holds an offset of this group's partition. */
  hasPendingOffset(group: string, topic: string, partition: number): boolean {
    return [...this.#transactions.values()].some((transaction) =>
      transaction.offsets.some(
        (pending) => pending.group === group && pending.topic === topic && pending.partition === partition,
      ),
    );
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #begin(transaction: Transaction): void {
    if (transaction.state === "ongoing") return;
    transaction.state = "ongoing";
    this.#startTimer(transaction);
  }

  #startTimer(transaction: Transaction): void {
    const id = transaction.transactionalId;
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.#finishOpen(transaction), transaction.timeoutMs),
    );
  }

  /** Aborts what a producer left open, under an epoch above its own: it can add nothing any more. */
  #finishOpen(transaction: Transaction): void {
    if (transaction.state !== "ongoing") return;
    transaction.epoch += 1;
    this.#decide(transaction, "abort");
  }

  #decide(transaction: Transaction, result: TransactionResult): void {
    clearTimeout(this.#timers.get(transaction.transactionalId));
    transaction.state = `prepare-${result}`;
    this.#save(transaction);
    this.#complete(transaction, result, "all");
  }

  /** `open-only`: after a kill, the partitions that have their marker already need no second one. */
  #complete(transaction: Transaction, result: TransactionResult, which: "all" | "open-only"): void {
    const { topics, groups, now } = this.#parts;
    for (const { topic, partition: index } of transaction.partitions) {
      const partition = topics.partition(topic, index);
      if (partition === undefined) continue; // deleted meanwhile
      if (which === "open-only" && !partition.producers.hasOpenTransaction(transaction.producerId)) continue;
      partition.appendMarker(transaction.producerId, transaction.epoch, result, now());
    }
    if (result === "commit") {
      for (const entry of transaction.offsets) groups.commit(entry.group, { ...entry, offset: BigInt(entry.offset) });
    }
    transaction.partitions = [];
    transaction.groups.clear();
    transaction.offsets = [];
    transaction.state = `complete-${result}`;
    this.#save(transaction);
  }

  #nextEpoch(transaction: Transaction, claimed: ProducerIdentity | null): void {
    if (transaction.epoch >= lastEpoch) {
      transaction.producerId = this.newProducerId();
      transaction.epoch = 0;
      transaction.lastEpoch = -1;
      return;
    }
    transaction.lastEpoch = claimed === null ? -1 : claimed.epoch;
    transaction.epoch += 1;
  }

  #save(transaction: Transaction): void {
    this.#parts.storage.record(toTransactionEntry(transaction));
  }
}

function grant(transaction: Transaction): InitResult {
  return { error: ErrorCode.NONE, producerId: transaction.producerId, epoch: transaction.epoch };
}

function refuseInit(error: ErrorCode): InitResult {
  return { error, producerId: -1n, epoch: -1 };
}
