import type { FailureReason } from "../lane-publisher.ts";
import { failureReasonOf, isRecordFailure } from "../kafka-failures.ts";
import { errorName, NO_ERROR } from "./protocol-errors.ts";

/**
 * What a broker's answer about one batch means.
 *
 * - `stored`: also when it says that it has it already.
 * - `new-identity`: it does not follow the producer's sequence; the same records go again as another producer's. At worst
 *   that repeats them, as one batch per partition is under way. Of a transaction: it is to be aborted, and begun anew.
 * - `new-time`: the broker finds its time too far off, as when it waited for hours: the same records with the time of now,
 *   as another producer's, since these are no longer the bytes that may be stored.
 * - `split`: a record of it is refused; smaller batches tell which.
 * - `failed`: as it says; `isLeadershipDoubtful` when the cluster's metadata may be out of date.
 */
export type ProduceVerdict =
  | { readonly kind: "stored" | "new-identity" | "new-time" | "split" }
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly isLeadershipDoubtful: boolean };

const outOfSequence: ReadonlySet<string> = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_PRODUCER_EPOCH",
  "PRODUCER_FENCED",
  "INVALID_PRODUCER_ID_MAPPING",
  "INVALID_TXN_STATE",
  "TRANSACTION_ABORTABLE",
]);

export function produceVerdict(code: number, records: number): ProduceVerdict {
  const name = errorName(code);
  if (code === NO_ERROR || name === "DUPLICATE_SEQUENCE_NUMBER") return { kind: "stored" };
  if (outOfSequence.has(name)) return { kind: "new-identity" };
  if (name === "INVALID_TIMESTAMP") return { kind: "new-time" };
  const reason = failureReasonOf(name);
  if (isRecordFailure(reason) && records > 1) return { kind: "split" };
  return { kind: "failed", reason, isLeadershipDoubtful: reason === "unavailable" || reason === "topic-missing" };
}

/** Where to cut a refused batch: beside the record that the broker names, or in the middle. */
export function cutAt(records: number, namedRecord: number | null): number {
  if (namedRecord === null || namedRecord >= records) return Math.ceil(records / 2);
  return namedRecord > 0 ? namedRecord : 1;
}
