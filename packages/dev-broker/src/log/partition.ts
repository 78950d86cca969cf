import { messageOf } from "../errors.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { type TransactionResult, buildMarker, markerResult } from "./control-batch.ts";
import { type AppendLimits, type Refusal, validateBatch } from "./produce-validation.ts";
import { type AbortedTransaction, ProducerStates } from "./producer-states.ts";
import { RecordBatch } from "./record-batch.ts";

/** Where a partition's batches are kept beside memory. */
export interface BatchFile {
  /** Keeps the bytes at the end, all of them or none. @throws the file system's error */
  append(bytes: Buffer): void;
}

export type AppendResult = { readonly error: 0; readonly baseOffset: bigint; readonly appendTimeMs: bigint } | Refusal;

export type IsolationLevel = "read_uncommitted" | "read_committed";

/** The one leader epoch of every partition: there are no elections. */
export const leaderEpoch = 0;

/** What decides whether a read answers anything: kept apart from the bytes. */
interface Entry {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly batch: RecordBatch;
}

/**
 * One partition: its batches in offset order, whole and as they were sent but for their place, and what follows from
 * them. Waiters hear of everything that can change what a fetch answers.
 */
export class Partition {
  readonly index: number;
  readonly producers = new ProducerStates();
  readonly #entries: Entry[] = [];
  readonly #aborted: AbortedTransaction[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #file: BatchFile | undefined;
  #logStartOffset = 0n;
  #endOffset = 0n;

  constructor(index: number, file?: BatchFile) {
    this.index = index;
    this.#file = file;
  }

  get logStartOffset(): bigint {
    return this.#logStartOffset;
  }

  /** The offset of the next record; the high watermark too, as there is one replica. */
  get endOffset(): bigint {
    return this.#endOffset;
  }

  /** read_committed readers see what is below it: the start of the oldest open transaction. */
  get lastStableOffset(): bigint {
    return this.producers.firstOpenOffset() ?? this.#endOffset;
  }

  /** The offset that a reader may read up to, exclusive. */
  readLimit(isolation: IsolationLevel): bigint {
    return isolation === "read_committed" ? this.lastStableOffset : this.#endOffset;
  }

  /** Validates and stores a client's batch; a repeat of a stored one answers the stored one's offset. */
  append(batch: RecordBatch, limits: AppendLimits, nowMs: number): AppendResult {
    const refusal = validateBatch(batch, limits, nowMs);
    if (refusal !== null) return refusal;
    const appendTimeMs = limits.logAppendTime ? BigInt(nowMs) : -1n;
    if (batch.hasProducerId) {
      const verdict = this.producers.judge(batch);
      if (verdict.kind === "duplicate") return { error: ErrorCode.NONE, baseOffset: verdict.baseOffset, appendTimeMs };
      if (verdict.kind === "refused") return { error: verdict.error, reason: describeSequence(batch) };
    }
    const baseOffset = this.#endOffset;
    try {
      this.#store(batch);
    } catch (error) {
      return { error: ErrorCode.KAFKA_STORAGE_ERROR, reason: `the batch could not be written: ${messageOf(error)}` };
    }
    return { error: ErrorCode.NONE, baseOffset, appendTimeMs };
  }

  /** Ends a producer's transaction in this partition. @throws the file system's error */
  appendMarker(producerId: bigint, producerEpoch: number, result: TransactionResult, nowMs: number): void {
    this.#store(buildMarker(producerId, producerEpoch, result, nowMs));
  }

  /** Takes a batch over that is stored already, in the order of the file. */
  restore(batch: RecordBatch): void {
    this.#entries.push({ baseOffset: batch.baseOffset, lastOffset: batch.lastOffset, batch });
    this.#endOffset = batch.lastOffset + 1n;
    if (batch.isControl) this.#endTransaction(batch);
    else if (batch.hasProducerId) this.producers.recordBatch(batch);
  }

  /** Drops the batches that lie wholly below `offset`; the log starts there from now on. */
  deleteBefore(offset: bigint): void {
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    this.#entries.splice(0, this.#indexAt(offset));
    this.#notify();
  }

  /**
   * Whole batches from the one that holds `offset` on: those that fit in `maxBytes`, but the first one always when
   * `atLeastOne`, or a batch above the limit would stop its readers for ever.
   */
  read(offset: bigint, limit: bigint, maxBytes: number, atLeastOne: boolean): RecordBatch[] {
    const batches: RecordBatch[] = [];
    let bytes = 0;
    for (let index = this.#indexAt(offset); index < this.#entries.length; index += 1) {
      const entry = this.#entries[index];
      if (entry === undefined || entry.baseOffset >= limit) break;
      bytes += entry.batch.bytes.length;
      if (bytes > maxBytes && !(atLeastOne && batches.length === 0)) break;
      batches.push(entry.batch);
    }
    return batches;
  }

  /** The aborted transactions with records or a marker in the offsets `from` to `to`, both inclusive. */
  abortedBetween(from: bigint, to: bigint): AbortedTransaction[] {
    return this.#aborted.filter((aborted) => aborted.lastOffset >= from && aborted.firstOffset <= to);
  }

  /** The data batches that may hold a record at or after `timestamp`, in offset order. */
  *batchesReaching(timestamp: bigint): Generator<RecordBatch> {
    for (const { batch } of this.#entries) {
      if (!batch.isControl && batch.maxTimestamp >= timestamp) yield batch;
    }
  }

  /** Calls `waiter` at the next change; answers how to withdraw it. */
  onChange(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  /** Ends every wait on this partition: it is gone. */
  close(): void {
    this.#notify();
  }

  #store(batch: RecordBatch): void {
    const owned = ownMemory(batch);
    owned.place(this.#endOffset, leaderEpoch);
    this.#file?.append(owned.bytes);
    this.restore(owned);
    this.#notify();
  }

  #endTransaction(marker: RecordBatch): void {
    const firstOffset = this.producers.recordMarker(marker);
    if (firstOffset === undefined || markerResult(marker) === "commit") return;
    this.#aborted.push({ producerId: marker.producerId, firstOffset, lastOffset: marker.baseOffset });
  }

  #notify(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter();
  }

  /** The index of the first batch whose last offset is `offset` or more. */
  #indexAt(offset: bigint): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A batch is a view of its request. It may keep that alive only where it is most of it. */
function ownMemory(batch: RecordBatch): RecordBatch {
  if (batch.bytes.length * 2 > batch.bytes.buffer.byteLength) return batch;
  const copy = Buffer.allocUnsafeSlow(batch.bytes.length);
  batch.bytes.copy(copy);
  return new RecordBatch(copy);
}

function describeSequence(batch: RecordBatch): string {
  return `producer ${batch.producerId}, epoch ${batch.producerEpoch}, sequence ${batch.baseSequence} is not the next one`;
}
