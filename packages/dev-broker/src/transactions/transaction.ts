import type { OffsetEntry, TransactionEntry, TransactionState } from "../storage/journal-entry.ts";

/*
   empty --> ongoing --> prepare-commit --> complete-commit --> ongoing ...
                    \--> prepare-abort  --> complete-abort  --> ongoing ...

`prepare-*` is what a killed broker finds of an end that it had decided and not finished.
*/

/** A transactional id with its producer and its latest transaction. */
export interface Transaction {
  readonly transactionalId: string;
  producerId: bigint;
  epoch: number;
  /** The epoch that the producer had before it asked for the current one; -1 when it did not say. */
  lastEpoch: number;
  timeoutMs: number;
  state: TransactionState;
  partitions: { readonly topic: string; readonly partition: number }[];
  readonly groups: Set<string>;
  offsets: OffsetEntry[];
}

export function newTransaction(transactionalId: string, producerId: bigint, timeoutMs: number): Transaction {
  return toTransaction({
    kind: "transaction",
    transactionalId,
    producerId: String(producerId),
    epoch: 0,
    lastEpoch: -1,
    timeoutMs,
    state: "empty",
    partitions: [],
    groups: [],
    offsets: [],
  });
}

export function toTransaction(entry: TransactionEntry): Transaction {
  return {
    transactionalId: entry.transactionalId,
    producerId: BigInt(entry.producerId),
    epoch: entry.epoch,
    lastEpoch: entry.lastEpoch,
    timeoutMs: entry.timeoutMs,
    state: entry.state,
    partitions: [...entry.partitions],
    groups: new Set(entry.groups),
    offsets: [...entry.offsets],
  };
}

export function toTransactionEntry(transaction: Transaction): TransactionEntry {
  return {
    kind: "transaction",
    ...transaction,
    producerId: String(transaction.producerId),
    groups: [...transaction.groups],
  };
}

export function hasPartition(transaction: Transaction, topic: string, partition: number): boolean {
  return transaction.partitions.some((added) => added.topic === topic && added.partition === partition);
}
