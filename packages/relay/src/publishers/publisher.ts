/** One Kafka record to be. */
export interface OutgoingRecord {
  readonly topic: string;
  /** Null: any partition. Else the partition is Java's: murmur2 of the UTF-8 bytes. */
  readonly key: string | null;
  /** In the registry's wire format. */
  readonly value: Buffer;
  /** A count and headers, exactly as a Kafka record holds them. */
  readonly headers: Buffer;
}

/**
 * Why a record was not stored, in words that all brokers share.
 *
 * - `unavailable`: the broker's failure. Unreachable, no leader, a timeout, too few replicas: time cures it.
 * - `topic-missing`, `not-authorized`: a person must do something; the record itself is well.
 * - `record-too-large`, `record-invalid`: the record's failure: the broker will never take it as it is.
 */
export type FailureReason = "unavailable" | "topic-missing" | "not-authorized" | "record-too-large" | "record-invalid";

export interface SendFailure {
  readonly reason: FailureReason;
  /** Records that may not be stored, in their order. All others of the same `send` are. */
  readonly records: readonly OutgoingRecord[];
  /** What the broker or its client said. */
  readonly message: string;
}

/**
 * A driver of one broker technology.
 *
 * The contract that order per key rests on: `send` is called once at a time; records of one topic and key are stored in
 * the order given; when one of them fails, none after it of the same topic and key is attempted in this call; and a
 * record that may have been stored although its reply was lost is reported as failed. The caller repeats exactly the
 * failed records, in their order, before it sends anything newer: what is stored twice is then a repetition, never an
 * inversion of first deliveries.
 */
export interface Publisher {
  /** @throws when the brokers cannot be reached */
  connect(): Promise<void>;
  /** One attempt, acknowledged by all in-sync replicas. Never rejects: an empty answer means that all are stored. */
  send(records: readonly OutgoingRecord[]): Promise<readonly SendFailure[]>;
  disconnect(): Promise<void>;
}
