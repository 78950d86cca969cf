/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A record as Kafka delivered it, whatever client stands behind the port. */
export interface KafkaRecord extends TopicPartition {
  readonly offset: bigint;
  /** Milliseconds since 1970, as the topic keeps it (the producer's clock or the broker's). */
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

export type RecordHeader = readonly [name: string, value: Uint8Array | null];

/** A record to be produced. Its partition follows from its key. */
export interface OutgoingRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** What the source of records tells its owner. Called in the order in which it happened; must not throw. */
export interface RecordListener {
  /**
   * The group gave this member its partitions: whatever it held before is over, and every partition starts again at
   * its committed offset.
   */
  assigned(partitions: readonly TopicPartition[]): void;
  /** The assignment is over: the group rebalances, or the broker is lost. `assigned` follows when it is back. */
  revoked(): void;
  /** The next records of one partition of the current assignment, in order. */
  records(partition: TopicPartition, records: readonly KafkaRecord[]): void;
  /** The member lost the broker or the group and joins again after the delay. */
  disconnected(error: unknown, delayMs: number): void;
}

/** A member of a consumer group: the source of records. It heartbeats by itself, however long a handler takes. */
export interface GroupMember {
  /** Joins the group; resolves when the first assignment has arrived. From then on it rejoins by itself, for ever. */
  join(): Promise<void>;
  /** No more records of this partition until `resume`. */
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** Commits, per partition, the offset of the next record to read. Fails when the group rebalances. */
  commit(offsets: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void>;
  /** Leaves the group and closes the connection. Safe to call twice, and before `join`. */
  leave(): Promise<void>;
}

/** What the group member needs to know. */
export interface MembershipSettings {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly startFrom: "earliest" | "latest";
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly fetchWaitMs: number;
}

/** The seam between the consumer and a Kafka client. */
export interface KafkaPort {
  /** host:port of the brokers for messages, without credentials. */
  readonly address: string;
  /** The topics among these that do not exist. Fails when no broker answers. */
  missingTopics(topics: readonly string[]): Promise<readonly string[]>;
  /** Creates topics with the broker's default partitions and replicas. A topic that exists is left as it is. */
  createTopics(topics: readonly string[]): Promise<void>;
  /** Produces one record with acks=all. Resolves when the broker has it. */
  produce(topic: string, record: OutgoingRecord): Promise<void>;
  member(settings: MembershipSettings, listener: RecordListener): GroupMember;
  /** Closes what `produce` and the topic calls opened. Safe to call twice. */
  close(): Promise<void>;
}
