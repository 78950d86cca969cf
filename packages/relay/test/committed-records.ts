import { IS_CONTROL, IS_TRANSACTIONAL, type RecordsBatch } from "@platformatic/kafka";

/** As a Fetch answer names it. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The batches of one Fetch answer that a read_committed consumer delivers: none aborted, no markers. */
export function committedBatches(
  batches: readonly RecordsBatch[],
  abortedTransactions: readonly AbortedTransaction[],
): RecordsBatch[] {
  const toCome = abortedTransactions.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  return batches.filter((batch) => {
    const { firstOffset, lastOffsetDelta, producerId, attributes } = batch;
    while (toCome[0] !== undefined && toCome[0].firstOffset <= firstOffset + BigInt(lastOffsetDelta)) {
      aborting.add((toCome.shift() as AbortedTransaction).producerId);
    }
    if ((attributes & IS_CONTROL) !== 0) {
      aborting.delete(producerId); // its marker ends the transaction; the next may commit
      return false;
    }
    return (attributes & IS_TRANSACTIONAL) === 0 || !aborting.has(producerId);
  });
}
