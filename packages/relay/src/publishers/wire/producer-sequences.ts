import type { ProducerIdentity } from "./batch-header.ts";

/** Sequence numbers count from 0 to 2^31 - 1 and begin again. */
const SEQUENCES = 2 ** 31;

export interface PartitionSequence {
  /** Null: the next batch begins the sequence of a new identity. */
  identity: ProducerIdentity | null;
  /** What the broker expects of the first record that it does not have yet. */
  next: number;
}

/**
 * The identity and the next sequence number of each partition of a lane.
 *
 * Partitions may have different identities: one whose sequence broke takes a new one, while the others keep theirs and
 * with them the broker's knowledge of what it has stored already.
 */
export class ProducerSequences {
  readonly #ask: () => Promise<ProducerIdentity>;
  readonly #partitions = new Map<string, PartitionSequence[]>();
  #newest: Promise<ProducerIdentity> | null = null;
  #newestIdentity: ProducerIdentity | null = null;

  /** @param ask for a new identity */
  constructor(ask: () => Promise<ProducerIdentity>) {
    this.#ask = ask;
  }

  /** @throws when no broker gives an identity */
  async identified(topic: string, partition: number): Promise<PartitionSequence & { identity: ProducerIdentity }> {
    const sequence = this.#sequenceOf(topic, partition);
    sequence.identity ??= await this.#identity();
    return sequence as PartitionSequence & { identity: ProducerIdentity };
  }

  /** The broker has the next `records` of the partition. */
  advance(topic: string, partition: number, records: number): void {
    const sequence = this.#sequenceOf(topic, partition);
    sequence.next = (sequence.next + records) % SEQUENCES;
  }

  /** What the broker may have of the partition is not known any more. */
  forget(topic: string, partition: number): void {
    const sequence = this.#sequenceOf(topic, partition);
    if (sequence.identity === this.#newestIdentity) this.#forgetNewest();
    sequence.identity = null;
    sequence.next = 0;
  }

  forgetAll(): void {
    this.#partitions.clear();
    this.#forgetNewest();
  }

  #sequenceOf(topic: string, partition: number): PartitionSequence {
    let ofTopic = this.#partitions.get(topic);
    if (ofTopic === undefined) {
      ofTopic = [];
      this.#partitions.set(topic, ofTopic);
    }
    ofTopic[partition] ??= { identity: null, next: 0 };
    return ofTopic[partition];
  }

  async #identity(): Promise<ProducerIdentity> {
    this.#newest ??= this.#ask();
    const asked = this.#newest;
    try {
      const identity = await asked;
      if (this.#newest === asked) this.#newestIdentity = identity;
      return identity;
    } catch (error) {
      if (this.#newest === asked) this.#newest = null;
      throw error;
    }
  }

  #forgetNewest(): void {
    this.#newest = null;
    this.#newestIdentity = null;
  }
}
