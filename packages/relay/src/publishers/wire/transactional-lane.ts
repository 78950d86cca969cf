/**
 * A lane whose batches are Kafka transactions: the records of a batch and its bookmark, or nothing.
 *
 *   UNCLAIMED ──claim: fence, read the last bookmark──► CLAIMED ──send──► STORING ──all stored──► COMMITTING ──► CLAIMED
 *       ▲                                                  ▲               │ ▲                        │
 *       │ reset of what is in flight                       │     a record  │ │ repeat: only what      │ repeat: only the
 *       │                                                  │     refused   ▼ │ is not stored yet      │ question
 *       └──────────────────────────────────────────────────┴──────────── ABORTED, all of it            ▼
 *                                                                        unacknowledged             fenced: claim again
 *
 * The bookmark goes beside the records, to a compacted topic. Its order among them does not matter: they become visible
 * together. What is stored is not acknowledged before the commit is answered; until then the batches are kept, so that
 * they can be sent again in another transaction.
 *
 * Crash points, by what a SIGKILL leaves: before EndTxn is written, an open transaction, which the next claim aborts;
 * after the coordinator has decided, a commit that the next claim waits for and whose bookmark it reads. There is nothing
 * between.
 */
import { messageOf } from "../../errors.ts";
import { failureReasonOf, isRecordFailure } from "../kafka-failures.ts";
import type { Bookmark, LaneClaim, RowView, SendFailure, SendOutcome, TransactionalLane } from "../lane-publisher.ts";
import type { BookmarkLog } from "./bookmark-log.ts";
import type { LaneFill } from "./lane-fill.ts";
import type { LaneSender, SenderSequences } from "./lane-sender.ts";
import type { SealedPartition } from "./sealed-partition.ts";
import { CoordinatorRefusal } from "./transaction-coordinator.ts";
import type { TransactionalProducer } from "./transactional-producer.ts";

/** What a lane's transactions cost, for metrics. */
export interface TransactionObserver {
  /** @param durationMs from the question to its answer */
  onCommitted(durationMs: number): void;
  onAborted(): void;
}

export interface WireTransactionalLaneOptions {
  readonly fill: LaneFill;
  /** The lane's own sender, of the producer's sequences. */
  readonly senderOf: (transactionalId: string, sequences: SenderSequences) => LaneSender;
  readonly claimProducer: (transactionalId: string) => Promise<TransactionalProducer>;
  readonly bookmarks: BookmarkLog;
  readonly observer: TransactionObserver;
  /** Before each send. */
  readonly onSend: () => void;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** What a claim gives; given up as a whole. */
interface Holding {
  readonly claim: LaneClaim;
  readonly producer: TransactionalProducer;
  readonly sender: LaneSender;
}

/** The records of one transaction. */
interface Flight {
  readonly partitions: SealedPartition[];
  /** Null once records were removed: what is sealed with the rest, is asked when that is sent. */
  readonly bookmark: SealedPartition | null;
  readonly bookmarkOf: Bookmark;
}

type SealedFlight = Flight & { readonly bookmark: SealedPartition };

export class WireTransactionalLane implements TransactionalLane {
  readonly #options: WireTransactionalLaneOptions;
  #holding: Holding | null = null;
  #flight: Flight | null = null;
  #sending: AbortController | null = null;
  #claiming: object | null = null;

  constructor(options: WireTransactionalLaneOptions) {
    this.#options = options;
  }

  async claim(claim: LaneClaim): Promise<string | null> {
    const { claimProducer, bookmarks, senderOf } = this.#options;
    this.reset();
    this.#holding = null;
    const claiming = {};
    this.#claiming = claiming;
    const producer = await claimProducer(claim.transactionalId);
    // Not before: only now is what an earlier holder committed, or what it left open, decided and on record.
    const bookmark = await bookmarks.last(claim.partition, claim.key);
    if (this.#claiming !== claiming) throw new Error("the lane is being claimed anew");
    this.#holding = { claim, producer, sender: senderOf(claim.transactionalId, producer) };
    return bookmark;
  }

  get filledEvents(): number {
    return this.#options.fill.events;
  }

  get filledBytes(): number {
    return this.#options.fill.bytes;
  }

  append(row: RowView, registryId: number): void {
    this.#options.fill.append(row, registryId);
  }

  async send(bookmark?: Bookmark): Promise<SendOutcome> {
    this.#refuseWhileSending("send");
    if (bookmark === undefined) throw new Error("send() of a transactional lane without a bookmark");
    if (this.#flight !== null) throw new Error("send() before everything sent earlier is acknowledged or removed");
    this.#held();
    this.#options.onSend();
    this.#flight = { partitions: this.#options.fill.seal(), bookmark: null, bookmarkOf: bookmark };
    return this.#attempt(this.#flight);
  }

  async repeat(): Promise<SendOutcome> {
    this.#refuseWhileSending("repeat");
    return this.#flight === null ? { acknowledged: new Map(), failures: [] } : this.#attempt(this.#flight);
  }

  remove(ids: ReadonlySet<number>): void {
    this.#refuseWhileSending("remove");
    this.#options.fill.remove(ids);
    if (this.#flight === null || !this.unacknowledged().some((id) => ids.has(id))) return;
    const { producer } = this.#held();
    const { partitions } = this.#flight;
    // Its sequence numbers have named other records: they go with the transaction.
    producer.spoil();
    this.#rewind(this.#flight);
    for (const partition of partitions) partition.remove(ids);
    if (this.unacknowledged().length === 0) this.#drop();
    else this.#flight = { ...this.#flight, bookmark: null };
  }

  unacknowledged(): readonly number[] {
    return idsOf(this.#flight?.partitions ?? []);
  }

  /** With something in flight the lane has to be claimed again: what is stored of it is not known. */
  reset(): void {
    this.#options.fill.reset();
    if (this.#flight === null) return;
    this.#holding = null;
    if (this.#sending === null) this.#drop();
    else this.#sending.abort(); // a send that is awaited still reads its buffers: the garbage collector has them
    this.#sending = null;
    this.#flight = null;
  }

  async #attempt(flight: Flight): Promise<SendOutcome> {
    const holding = this.#held();
    const sealed = this.#sealed(flight, holding.claim);
    this.#flight = sealed;
    const sending = new AbortController();
    this.#sending = sending;
    const outcome = await this.#try(holding, sealed, sending.signal);
    if (this.#sending !== sending) return outcome;
    this.#sending = null;
    if (outcome.failures.length === 0 && outcome.fenced === undefined) this.#drop();
    return outcome;
  }

  async #try({ producer, sender }: Holding, flight: SealedFlight, signal: AbortSignal): Promise<SendOutcome> {
    try {
      if (producer.state === "spoiled" || producer.state === "aborted" || producer.isOverdue) {
        await this.#abort(producer, flight);
      }
      if (producer.state !== "ending") {
        const failures = await this.#store(producer, sender, flight, signal);
        if (signal.aborted) return { acknowledged: new Map(), failures };
        if (failures.length > 0) {
          return { acknowledged: new Map(), failures: await this.#judge(failures, producer, flight) };
        }
      }
      const askedAt = this.#options.now();
      await producer.commit();
      this.#options.observer.onCommitted(this.#options.now() - askedAt);
      return { acknowledged: countByTopic(flight.partitions), failures: [] };
    } catch (error) {
      if (isFencing(error)) return { acknowledged: new Map(), failures: [], fenced: messageOf(error) };
      return { acknowledged: new Map(), failures: [failureOfAll(flight, messageOf(error))] };
    }
  }

  async #store(
    producer: TransactionalProducer,
    sender: LaneSender,
    flight: SealedFlight,
    signal: AbortSignal,
  ): Promise<readonly SendFailure[]> {
    const all = [...flight.partitions, flight.bookmark];
    const refusals = await producer.begin(all.map(({ topic, partition }) => ({ topic, partition })));
    if (refusals.length === 0) return (await sender.attempt(all, signal)).failures;
    return refusals.map(({ topic, partition, errorName }) => ({
      reason: failureReasonOf(errorName),
      topic,
      ids: idsOf(all.filter((sealed) => sealed.topic === topic && sealed.partition === partition)),
      message: errorName,
    }));
  }

  /** Time cures it: the transaction stays open. A person must do something: nobody shall wait for it behind our records. */
  async #judge(
    failures: readonly SendFailure[],
    producer: TransactionalProducer,
    flight: SealedFlight,
  ): Promise<readonly SendFailure[]> {
    const told = failures.map((failure) => this.#ofBookmarks(failure, flight) ?? failure);
    if (told.every(({ reason }) => reason === "unavailable")) return told;
    producer.spoil();
    await this.#abort(producer, flight);
    return told;
  }

  /** The bookmarks' topic is not the events': what is wrong with it is no reason to give an event up. */
  #ofBookmarks({ topic, reason, message }: SendFailure, flight: SealedFlight): SendFailure | null {
    if (topic !== flight.bookmark.topic) return null;
    const why = isRecordFailure(reason) ? `refuses a cursor (${message})` : message;
    return failureOfAll(flight, `the topic of cursors ${topic}: ${why}`);
  }

  async #abort(producer: TransactionalProducer, flight: Flight): Promise<void> {
    this.#rewind(flight);
    await producer.abort();
    this.#options.observer.onAborted();
  }

  #sealed({ partitions, bookmark, bookmarkOf }: Flight, { partition, key }: LaneClaim): SealedFlight {
    const sealed = bookmark ?? this.#options.bookmarks.seal(partition, key, bookmarkOf(idsOf(partitions)));
    return { partitions, bookmark: sealed, bookmarkOf };
  }

  #rewind({ partitions, bookmark }: Flight): void {
    for (const partition of partitions) partition.rewind();
    bookmark?.rewind();
  }

  #drop(): void {
    for (const partition of this.#flight?.partitions ?? []) partition.release();
    this.#flight = null;
  }

  #held(): Holding {
    if (this.#holding === null) throw new Error("a transactional lane is used before it was claimed");
    return this.#holding;
  }

  #refuseWhileSending(what: string): void {
    if (this.#sending !== null) throw new Error(`${what}() while a send is awaited`);
  }
}

/** Another epoch was met, or a state that no transaction of ours can be in. */
function isFencing(error: unknown): boolean {
  return error instanceof CoordinatorRefusal && (error.isFenced || error.errorName === "INVALID_TXN_STATE");
}

function failureOfAll(flight: SealedFlight, message: string): SendFailure {
  const topic = flight.partitions[0]?.topic ?? flight.bookmark.topic;
  return { reason: "unavailable", topic, ids: idsOf(flight.partitions), message };
}

function idsOf(partitions: readonly SealedPartition[]): number[] {
  return partitions.flatMap(({ ids, storedIds }) => [...storedIds, ...ids]).sort((a, b) => a - b);
}

function countByTopic(partitions: readonly SealedPartition[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { topic, storedIds } of partitions) counts.set(topic, (counts.get(topic) ?? 0) + storedIds.length);
  return counts;
}
