/**
 * The port between the relay and a broker technology.
 *
 * A lane is a set of shards with one awaited send at a time; a key belongs to one lane. What is appended is copied, so
 * that one batch is filled while the one before it is in flight:
 *
 *   append* ──► send ──► all acknowledged ──► append* ──► send …
 *                 │ ▲
 *        failures ▼ │ repeat: exactly what is unacknowledged, in its order, on its partitions
 *              (remove: takes records that will never be stored out of both batches)
 *
 * The contract that order per key rests on: records of one topic and key are stored in the order of their appending; when
 * one of them fails, none after it of the same partition is stored before it is acknowledged or removed; and a record that
 * may have been stored although its reply was lost counts as unacknowledged. What is stored twice is then a repetition,
 * never an inversion of first deliveries.
 */

/**
 * One row of the outbox, as offsets into bytes that are valid during the call alone. The same object is filled again for
 * every row: a drain of millions makes no object per row.
 */
export interface RowView {
  /** `waybill.outbox.id`: below 2^53, as the sequence begins at 1. */
  id: number;
  shard: number;
  topic: string;
  bytes: Buffer;
  /** -1 for an event without key. */
  keyStart: number;
  keyEnd: number;
  payloadStart: number;
  payloadEnd: number;
  headersStart: number;
  headersEnd: number;
  /** `waybill.outbox.schema_id`, its 8 bytes as they came: two int32. */
  schemaIdHigh: number;
  schemaIdLow: number;
  /** When the row was inserted, by the database's clock; milliseconds since 1970. */
  occurredAtMs: number;
}

/**
 * Why records were not stored, in words that all brokers share.
 *
 * - `unavailable`: the broker's failure. Unreachable, no leader, a timeout, too few replicas: time cures it.
 * - `partition-missing`: the topic was made anew with fewer partitions. Time does not cure it, as records keep their
 *   partition: `reset` the lane and append the rows anew.
 * - `topic-missing`, `not-authorized`: a person must do something; the records themselves are well.
 * - `record-too-large`, `record-invalid`: one record's failure: the broker will never take it as it is.
 */
export type FailureReason =
  | "unavailable"
  | "partition-missing"
  | "topic-missing"
  | "not-authorized"
  | "record-too-large"
  | "record-invalid";

export interface SendFailure {
  readonly reason: FailureReason;
  readonly topic: string;
  /**
   * Ids of rows. Of a record's failure the offender alone, which stays unacknowledged until it is removed, as does
   * everything after it on its partition; else all records that the failure concerns, in their order.
   */
  readonly ids: readonly number[];
  /** What the broker or its client said. */
  readonly message: string;
}

export interface SendOutcome {
  /** Events acknowledged by this call, by topic. */
  readonly acknowledged: ReadonlyMap<string, number>;
  /** Empty when everything that was in flight is acknowledged. */
  readonly failures: readonly SendFailure[];
  /**
   * Of a transactional lane: why it is of no use before it is claimed again. Another has claimed it, or the broker has
   * ended its transaction; whether the batch is stored is told by the bookmark of the next claim, and by nothing else.
   */
  readonly fenced?: string;
}

/** What keeps a topic from being appended to. */
export interface TopicProblem {
  readonly reason: FailureReason;
  readonly message: string;
}

/** A driver of one broker technology. */
export interface LanePublisher {
  /** @throws when the brokers cannot be reached */
  connect(): Promise<void>;
  /**
   * Makes a topic known, so that rows of it can be appended. Null at once for one that is known; asks the broker else.
   * Never rejects.
   */
  prepareTopic(topic: string): Promise<TopicProblem | null> | null;
  openLane(name: string): PublisherLane;
  /** A lane that stores batches all or nothing. @throws Error when the driver has none */
  openTransactionalLane(): TransactionalLane;
  /** Closes all lanes and connections. */
  disconnect(): Promise<void>;
}

export interface PublisherLane {
  /** Copies a row of a prepared topic into the batch being filled. */
  append(row: RowView, registryId: number): void;
  readonly filledEvents: number;
  readonly filledBytes: number;
  /**
   * Seals the filled batch and sends it, acknowledged by all in-sync replicas; `append` fills the next meanwhile. Not
   * before everything sent earlier is acknowledged or removed. Never rejects.
   *
   * @param bookmark of a transactional lane, which needs it, and keeps it with the batch
   */
  send(bookmark?: Bookmark): Promise<SendOutcome>;
  /** One attempt at exactly what is unacknowledged of the batch in flight. Never rejects. */
  repeat(): Promise<SendOutcome>;
  /** Takes rows out of the batch in flight and of the one being filled; not while a send is awaited. */
  remove(ids: ReadonlySet<number>): void;
  /** Ids of the batch in flight that are not acknowledged, ascending. */
  unacknowledged(): readonly number[];
  /** Forgets both batches; what is in flight may or may not be stored. */
  reset(): void;
}

/**
 * Where the source of rows stands once a batch is stored. Asked for again when rows were removed.
 *
 * @param ids of the rows that the batch has
 */
export type Bookmark = (ids: readonly number[]) => string;

/** What a transactional lane is to the broker. */
export interface LaneClaim {
  /** Whoever claims it last has it; all earlier ones are fenced. */
  readonly transactionalId: string;
  /** Where in the topic of bookmarks its own are. */
  readonly partition: number;
  /** Under which name. */
  readonly key: string;
}

/**
 * A lane whose batches are stored whole or not at all, each together with its bookmark, for consumers that read what is
 * committed. Nothing of a batch is acknowledged before all of it is.
 */
export interface TransactionalLane extends PublisherLane {
  /**
   * Takes the lane over, ends what its last holder left open, and forgets both batches. Before the first send, and after a
   * `reset` of what was in flight.
   *
   * @returns the bookmark of the last batch that was stored; null when there is none
   * @throws when the broker cannot be asked: to be tried again
   */
  claim(claim: LaneClaim): Promise<string | null>;
}
