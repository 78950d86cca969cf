import { ErrorCode } from "../protocol/error-codes.ts";
import { type RecordBatch, addToSequence } from "./record-batch.ts";

/** How many batches per producer are remembered to tell a repeat from a gap: as many as Kafka lets be in flight. */
const rememberedBatches = 5;

interface AppendedBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
}

interface ProducerState {
  epoch: number;
  /** The last batches of this epoch, oldest first. Empty after a marker raised the epoch. */
  batches: AppendedBatch[];
}

/** A transaction that was aborted: fetch answers list them, so that read_committed clients can skip its records. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
  /** The offset of the abort marker. */
  readonly lastOffset: bigint;
}

/** What a producer's batch is: new, a repeat of one that is stored at `baseOffset`, or refused. */
export type SequenceVerdict =
  | { readonly kind: "new" }
  | { readonly kind: "duplicate"; readonly baseOffset: bigint }
  | { readonly kind: "refused"; readonly error: ErrorCode };

/**
 * What one partition knows of its idempotent and transactional producers: their epochs, the sequence numbers of their
 * last batches, and which transactions are open. Rebuilt from the log alone.
 */
export class ProducerStates {
  readonly #states = new Map<bigint, ProducerState>();
  /** Where each open transaction starts, by producer id: in the order of the offsets, as the log only grows. */
  readonly #open = new Map<bigint, bigint>();

  /** By the rules of Kafka's `ProducerAppendInfo`: the epoch first, then the sequence, then the transaction. */
  judge(batch: RecordBatch): SequenceVerdict {
    const state = this.#states.get(batch.producerId);
    if (state === undefined) return { kind: "new" }; // any first sequence: the earlier ones may have been deleted
    if (batch.producerEpoch === state.epoch) {
      const stored = state.batches.find(
        (known) => known.firstSequence === batch.baseSequence && known.lastSequence === batch.lastSequence,
      );
      if (stored !== undefined) return { kind: "duplicate", baseOffset: stored.baseOffset };
    }
    const error = checkSequence(state, batch, this.#open.has(batch.producerId));
    return error === ErrorCode.NONE ? { kind: "new" } : { kind: "refused", error };
  }

  /** Whether this producer has records of an open transaction here. */
  hasOpenTransaction(producerId: bigint): boolean {
    return this.#open.has(producerId);
  }

  /** Takes note of a data batch that is in the log. */
  recordBatch(batch: RecordBatch): void {
    const state = this.#stateAt(batch.producerId, batch.producerEpoch);
    state.batches.push({
      firstSequence: batch.baseSequence,
      lastSequence: batch.lastSequence,
      baseOffset: batch.baseOffset,
    });
    if (state.batches.length > rememberedBatches) state.batches.shift();
    const opens = batch.isTransactional && !this.#open.has(batch.producerId);
    if (opens) this.#open.set(batch.producerId, batch.baseOffset);
  }

  /** Takes note of a marker that is in the log; answers where its transaction began, if it wrote here at all. */
  recordMarker(marker: RecordBatch): bigint | undefined {
    this.#stateAt(marker.producerId, marker.producerEpoch);
    const firstOffset = this.#open.get(marker.producerId);
    this.#open.delete(marker.producerId);
    return firstOffset;
  }

  /** The first offset of the oldest open transaction; undefined when none is open. */
  firstOpenOffset(): bigint | undefined {
    const [first] = this.#open.values();
    return first;
  }

  #stateAt(producerId: bigint, epoch: number): ProducerState {
    let state = this.#states.get(producerId);
    if (state === undefined) {
      state = { epoch, batches: [] };
      this.#states.set(producerId, state);
    } else if (state.epoch !== epoch) {
      state.epoch = epoch;
      state.batches = [];
    }
    return state;
  }
}

function checkSequence(state: ProducerState, batch: RecordBatch, insideTransaction: boolean): ErrorCode {
  if (batch.producerEpoch < state.epoch) return ErrorCode.INVALID_PRODUCER_EPOCH;
  if (batch.producerEpoch !== state.epoch) {
    if (batch.baseSequence !== 0) return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
  } else if (batch.baseSequence !== expectedSequence(state)) {
    return ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
  }
  return insideTransaction && !batch.isTransactional ? ErrorCode.INVALID_TXN_STATE : ErrorCode.NONE;
}

function expectedSequence(state: ProducerState): number {
  const last = state.batches.at(-1);
  return last === undefined ? 0 : addToSequence(last.lastSequence, 1);
}
