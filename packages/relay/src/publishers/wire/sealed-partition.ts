import { BATCH_HEADER_BYTES, type ProducerIdentity, writeBatchHeader } from "./batch-header.ts";
import { recordBytes, walkRecords, writeRecordStart } from "./record-writer.ts";

/**
 * One record batch. Once stamped it is sent, and repeated, as exactly the same bytes: the broker knows it by its
 * producer's identity and its first sequence number.
 */
export class SealedBatch {
  readonly ids: readonly number[];
  /** Room for the header, then the records, not compressed. */
  readonly #plain: Buffer;
  #encoded: Buffer | null = null;
  #compressionBits = 0;
  #timestampMs = 0;
  #identity: ProducerIdentity | null = null;

  constructor(plain: Buffer, ids: readonly number[]) {
    this.#plain = plain;
    this.ids = ids;
  }

  /** The records alone, to be compressed; null once that was done. */
  get uncompressed(): Buffer | null {
    return this.#encoded === null ? this.#plain.subarray(BATCH_HEADER_BYTES) : null;
  }

  useCompressed(records: Buffer, bits: number): void {
    this.#encoded = Buffer.concat([this.#plain.subarray(0, BATCH_HEADER_BYTES), records]);
    this.#compressionBits = bits;
  }

  /** Whether it may have been sent as this producer's. */
  isStampedBy(identity: ProducerIdentity): boolean {
    return this.#identity === identity;
  }

  get isStamped(): boolean {
    return this.#identity !== null;
  }

  /** Has the next stamp take the time of then. Only with another identity: a stamped batch never changes. */
  forgetTime(): void {
    this.#timestampMs = 0;
  }

  /** Makes it the producer's next batch of its partition. The time is that of its first stamp. */
  stamp(identity: ProducerIdentity, baseSequence: number, nowMs: number): void {
    if (this.#timestampMs === 0) this.#timestampMs = nowMs;
    this.#identity = identity;
    writeBatchHeader(this.bytes, {
      records: this.ids.length,
      compressionBits: this.#compressionBits,
      timestampMs: this.#timestampMs,
      identity,
      baseSequence,
    });
  }

  /** What goes over the wire. */
  get bytes(): Buffer {
    return this.#encoded ?? this.#plain;
  }

  /** A batch of its own with the records that `keeps` names by number; null without any. */
  pick(keeps: (index: number) => boolean): SealedBatch | null {
    const ids = this.ids.filter((_, index) => keeps(index));
    if (ids.length === 0) return null;
    const plain = Buffer.allocUnsafeSlow(this.#plain.length);
    let end = BATCH_HEADER_BYTES;
    let kept = 0;
    walkRecords(this.#plain, BATCH_HEADER_BYTES, this.#plain.length, (index, restStart, restEnd) => {
      if (!keeps(index)) return;
      const restBytes = restEnd - restStart;
      const at = writeRecordStart(plain, end, kept, restBytes);
      this.#plain.copy(plain, at, restStart, restEnd);
      end += recordBytes(kept++, restBytes);
    });
    return new SealedBatch(plain.subarray(0, end), ids);
  }
}

export interface SealedPartitionOptions {
  readonly topic: string;
  readonly partition: number;
  readonly batches: readonly SealedBatch[];
  /** Gives the buffer back that the batches are views of. */
  readonly release: () => void;
}

/** The batches of one partition, in their order. Only the first that is unacknowledged is ever sent. */
export class SealedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly #release: () => void;
  #batches: readonly SealedBatch[];
  /** What was acknowledged, in its order. */
  #stored: readonly SealedBatch[] = [];

  constructor({ topic, partition, batches, release }: SealedPartitionOptions) {
    this.topic = topic;
    this.partition = partition;
    this.#batches = batches;
    this.#release = release;
  }

  get first(): SealedBatch | null {
    return this.#batches[0] ?? null;
  }

  get ids(): number[] {
    return this.#batches.flatMap((batch) => batch.ids);
  }

  /** Of the records acknowledged since the last `rewind`. */
  get storedIds(): number[] {
    return this.#stored.flatMap((batch) => batch.ids);
  }

  acknowledgeFirst(): void {
    this.#stored = [...this.#stored, ...this.#batches.slice(0, 1)];
    this.#batches = this.#batches.slice(1);
  }

  /** What was acknowledged was so in vain: all of it is to be sent again. */
  rewind(): void {
    this.#batches = [...this.#stored, ...this.#batches];
    this.#stored = [];
  }

  /** Cuts the first batch in two, the second beginning with record number `at`. */
  splitFirst(at: number): void {
    const [first, ...others] = this.#batches;
    const parts = [first?.pick((index) => index < at), first?.pick((index) => index >= at)];
    this.#batches = [...parts.filter((part) => part !== null && part !== undefined), ...others];
  }

  /** @returns whether bytes that may be stored already are no longer what they were */
  remove(ids: ReadonlySet<number>): boolean {
    let changedSent = false;
    this.#batches = this.#batches.flatMap((batch) => {
      if (!batch.ids.some((id) => ids.has(id))) return [batch];
      changedSent ||= batch.isStamped;
      return batch.pick((index) => !ids.has(batch.ids[index] as number)) ?? [];
    });
    return changedSent;
  }

  /** Nothing of it is used any more. */
  release(): void {
    this.#batches = [];
    this.#stored = [];
    this.#release();
  }
}
