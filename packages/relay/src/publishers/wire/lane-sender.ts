/**
 * One attempt at the unacknowledged batches of a lane: per broker one request at a time, per partition one batch at a
 * time, brokers side by side.
 *
 *   LOCATE ──► per broker: ROUND (first batch of each partition) ──► JUDGE ──► next ROUND, until none is left
 *                              │                                       │
 *                              │ no answer                             ├ stored: the partition's next batch
 *                              ▼                                       ├ refused record: halves of the batch
 *              everything of this broker failed                        ├ out of sequence, or of time: as another producer's
 *                                                                      └ failed: nothing more of the partition
 *
 * A batch that got no answer may be stored. It stays stamped: its repetition is the same bytes, which the broker knows.
 */
import type { Codec } from "../compression.ts";
import type { FailureReason, SendOutcome } from "../lane-publisher.ts";
import { messageOf } from "../../errors.ts";
import { OutcomeBuilder } from "../outcome-builder.ts";
import type { BrokerConnection } from "./broker-connection.ts";
import type { Cluster } from "./cluster.ts";
import { cutAt, produceVerdict } from "./produce-verdict.ts";
import type { PartitionAnswer } from "./produce-request.ts";
import type { ProducerSequences } from "./producer-sequences.ts";
import { errorText } from "./protocol-errors.ts";
import type { SealedBatch, SealedPartition } from "./sealed-partition.ts";

/** A request is copied once more on its way out: larger ones are sent as several. */
const MAX_REQUEST_BYTES = 8 << 20;

/** What of the cluster a sender needs. */
export type SenderCluster = Pick<
  Cluster,
  "leaderOf" | "lacks" | "problemOf" | "doubt" | "refreshIfDoubtful" | "refresh"
>;
/** What of a producer's sequences. */
export type SenderSequences = Pick<ProducerSequences, "identified" | "advance" | "forget">;
/** What of a connection. */
export type SenderConnection = Pick<BrokerConnection, "produce">;

export interface LaneSenderOptions {
  readonly cluster: SenderCluster;
  readonly connections: { get(nodeId: number): Promise<SenderConnection> };
  readonly sequences: SenderSequences;
  /** Null: batches go as they are. */
  readonly codec: Codec | null;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** What transaction the batches belong to. Default: none. */
  readonly transactionalId?: string;
}

/** What lasts as long as an attempt. */
interface Attempt {
  readonly outcome: OutcomeBuilder;
  /** Partitions whose leader knew nothing of them: the cluster is asked whether their topic is gone. */
  readonly unknown: SealedPartition[];
  /** Partitions that took a new identity: once is enough. */
  readonly renewed: Set<SealedPartition>;
  readonly signal: AbortSignal;
}

export class LaneSender {
  readonly #options: LaneSenderOptions;

  constructor(options: LaneSenderOptions) {
    this.#options = options;
  }

  /** Never rejects. Once the signal is aborted nothing more is sent. */
  async attempt(partitions: readonly SealedPartition[], signal: AbortSignal): Promise<SendOutcome> {
    const attempt: Attempt = { outcome: new OutcomeBuilder(), unknown: [], renewed: new Set(), signal };
    const pending = partitions.filter(({ first }) => first !== null);
    const byLeader = await this.#locate(pending, attempt);
    await Promise.all([...byLeader].map(([nodeId, queue]) => this.#sendTo(nodeId, queue, attempt)));
    if (attempt.unknown.length > 0) await this.#explainUnknown(attempt);
    return attempt.outcome.build();
  }

  async #locate(pending: readonly SealedPartition[], attempt: Attempt): Promise<Map<number, SealedPartition[]>> {
    const { cluster } = this.#options;
    try {
      await cluster.refreshIfDoubtful();
      if (pending.some(({ topic, partition }) => cluster.leaderOf(topic, partition) === null)) await cluster.refresh();
    } catch (error) {
      for (const partition of pending) fail(partition, "unavailable", messageOf(error), attempt);
      return new Map();
    }
    const byLeader = Map.groupBy(pending, ({ topic, partition }) => cluster.leaderOf(topic, partition) ?? -1);
    for (const partition of byLeader.get(-1) ?? []) this.#failWithoutLeader(partition, attempt);
    byLeader.delete(-1);
    return byLeader;
  }

  #failWithoutLeader(partition: SealedPartition, attempt: Attempt): void {
    const { cluster } = this.#options;
    if (cluster.lacks(partition.topic, partition.partition)) {
      const message = `the topic ${partition.topic} was made anew and has no partition ${partition.partition} any more`;
      return fail(partition, "partition-missing", message, attempt);
    }
    const problem = cluster.problemOf(partition.topic);
    const message = problem?.message ?? `partition ${partition.partition} has no leader`;
    fail(partition, problem?.reason ?? "unavailable", message, attempt);
    cluster.doubt();
  }

  async #sendTo(nodeId: number, partitions: readonly SealedPartition[], attempt: Attempt): Promise<void> {
    const queue = [...partitions];
    while (queue.length > 0 && !attempt.signal.aborted) {
      const round = queue.splice(0, roundLength(queue));
      let answers: PartitionAnswer[];
      try {
        answers = await this.#produce(nodeId, round);
      } catch (error) {
        this.#options.cluster.doubt();
        for (const partition of [...round, ...queue]) fail(partition, "unavailable", messageOf(error), attempt);
        return;
      }
      if (attempt.signal.aborted) return; // its records are forgotten: their numbers are another identity's by now
      const byPartition = new Map(answers.map((answer) => [nameOf(answer), answer]));
      for (const partition of round) {
        const goesOn = this.#judge(partition, byPartition.get(nameOf(partition)), attempt);
        if (goesOn) queue.push(partition);
      }
    }
  }

  async #produce(nodeId: number, round: readonly SealedPartition[]): Promise<PartitionAnswer[]> {
    const connection = await this.#options.connections.get(nodeId);
    await Promise.all(round.map((partition) => this.#stamp(partition)));
    return connection.produce(
      round.map(({ topic, partition, first }) => ({ topic, partition, bytes: (first as SealedBatch).bytes })),
      this.#options.transactionalId ?? null,
    );
  }

  async #stamp({ topic, partition, first }: SealedPartition): Promise<void> {
    const { sequences, codec, nowMs } = this.#options;
    const batch = first as SealedBatch;
    const { identity, next } = await sequences.identified(topic, partition);
    if (batch.isStampedBy(identity)) return;
    const plain = batch.uncompressed;
    if (codec !== null && plain !== null) batch.useCompressed(await codec.compress(plain), codec.bits);
    batch.stamp(identity, next, nowMs());
  }

  /** @returns whether more of the partition shall be sent */
  #judge(partition: SealedPartition, answer: PartitionAnswer | undefined, attempt: Attempt): boolean {
    const first = partition.first as SealedBatch;
    if (answer === undefined) {
      fail(partition, "unavailable", "the broker's answer does not name the partition", attempt);
      return false;
    }
    const verdict = produceVerdict(answer.errorCode, first.ids.length);
    switch (verdict.kind) {
      case "stored":
        this.#options.sequences.advance(partition.topic, partition.partition, first.ids.length);
        attempt.outcome.acknowledge(partition.topic, first.ids.length);
        partition.acknowledgeFirst();
        return partition.first !== null;
      case "split":
        partition.splitFirst(cutAt(first.ids.length, answer.refusedRecord));
        return true;
      case "new-time":
        first.forgetTime();
        return this.#renew(partition, answer, attempt);
      case "new-identity":
        return this.#renew(partition, answer, attempt);
      case "failed":
        if (verdict.isLeadershipDoubtful) this.#options.cluster.doubt();
        if (verdict.reason === "topic-missing") attempt.unknown.push(partition);
        else fail(partition, verdict.reason, errorText(answer.errorCode, answer.message), attempt);
        return false;
    }
  }

  #renew(partition: SealedPartition, answer: PartitionAnswer, attempt: Attempt): boolean {
    this.#options.sequences.forget(partition.topic, partition.partition);
    if (attempt.renewed.has(partition)) {
      fail(partition, "unavailable", errorText(answer.errorCode, answer.message), attempt);
      return false;
    }
    attempt.renewed.add(partition);
    return true;
  }

  /** A leader that knows nothing of a partition is either new to it, or its topic is gone. */
  async #explainUnknown(attempt: Attempt): Promise<void> {
    const { cluster } = this.#options;
    let problem: string | null = null;
    try {
      await cluster.refresh();
    } catch (error) {
      problem = messageOf(error);
    }
    for (const partition of attempt.unknown) {
      const ofTopic = problem === null ? cluster.problemOf(partition.topic) : null;
      const message = problem ?? ofTopic?.message ?? "UNKNOWN_TOPIC_OR_PARTITION: its leader does not know it yet";
      fail(partition, ofTopic?.reason ?? "unavailable", message, attempt);
    }
  }
}

/** Of a record's failure the first record alone, which is the offender; else all that is unacknowledged. */
function fail(partition: SealedPartition, reason: FailureReason, message: string, { outcome }: Attempt): void {
  const isOffender = reason === "record-too-large" || reason === "record-invalid";
  outcome.fail(reason, partition.topic, isOffender ? partition.ids.slice(0, 1) : partition.ids, message);
}

function roundLength(queue: readonly SealedPartition[]): number {
  let bytes = 0;
  const beyond = queue.findIndex(({ first }, index) => {
    bytes += first?.bytes.length ?? 0;
    return index > 0 && bytes > MAX_REQUEST_BYTES;
  });
  return beyond < 0 ? queue.length : beyond;
}

function nameOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}/${partition}`;
}
