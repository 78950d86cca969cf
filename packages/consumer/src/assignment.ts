import type { ConsumerEventListener } from "./consumer-event.ts";
import type { GroupMember, KafkaRecord, TopicPartition } from "./kafka-port.ts";
import { OffsetCommitter } from "./offset-committer.ts";
import { PartitionLane, type QueueLimits } from "./partition-lane.ts";
import type { RecordProcessor } from "./record-processor.ts";

export interface AssignmentParts {
  readonly member: GroupMember;
  readonly processor: RecordProcessor;
  readonly emit: ConsumerEventListener;
  /** Of each partition. */
  readonly limits: QueueLimits;
}

/**
 * What this member holds between two rebalances: a lane for each partition, and the committer of their offsets.
 * When it is revoked, records in hand finish (their transactions count), but move no offset any more: the group may
 * have given the partition to another member, who finds them in the inbox.
 */
export class Assignment {
  readonly #lanes = new Map<string, PartitionLane>();
  readonly #committer: OffsetCommitter;

  /** @param previous the assignment before: a lane begins when that one's record of the same partition is done */
  constructor(partitions: readonly TopicPartition[], parts: AssignmentParts, previous: Assignment | null) {
    const { member, processor, emit, limits } = parts;
    this.#committer = new OffsetCommitter(member, emit);
    for (const { topic, partition } of partitions) {
      const id = { topic, partition };
      const lane = new PartitionLane({
        after: previous?.settled(id) ?? Promise.resolve(),
        process: (record, signal) => processor.process(record, signal),
        done: (record) => this.#committer.done(record),
        pause: () => member.pause(id),
        resume: () => member.resume(id),
        limits,
      });
      this.#lanes.set(keyOf(id), lane);
    }
  }

  deliver(partition: TopicPartition, records: readonly KafkaRecord[]): void {
    this.#lanes.get(keyOf(partition))?.enqueue(records);
  }

  /** Ends at once: no further record, no further commit. */
  revoke(): void {
    this.#committer.close();
    for (const lane of this.#lanes.values()) lane.end();
  }

  /** Ends in order: takes no further record, and resolves when those in hand have finished. */
  async finish(): Promise<void> {
    for (const lane of this.#lanes.values()) lane.end();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled()));
  }

  /** Resolves when the offset of every finished record is committed, or the assignment is revoked. */
  flush(): Promise<void> {
    return this.#committer.flush();
  }

  /** Resolves when no record of the partition is in hand. */
  async settled(partition: TopicPartition): Promise<void> {
    await this.#lanes.get(keyOf(partition))?.settled();
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
