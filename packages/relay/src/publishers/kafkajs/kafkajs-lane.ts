/**
 * A lane by kafkajs: plain sends, one awaited at a time, the same records repeated until they are acknowledged.
 *
 *   first attempt of a topic: runs of all its partitions ──► all stored
 *                                   │ one failed: which partitions have theirs is not told
 *                                   ▼
 *   from then on: partition by partition, each up to its first failure
 *
 * A repetition by partition does not store the others' records over and over while one of them has no leader.
 */
import type { PublisherLane, RowView, SendOutcome } from "../lane-publisher.ts";
import { isRecordFailure } from "../kafka-failures.ts";
import { OutcomeBuilder } from "../outcome-builder.ts";
import { type KafkajsFailure, kafkajsFailure } from "./kafkajs-errors.ts";
import { type PinnedRecord, pinnedRecord, runsByBytes, type TopicPartitions } from "./kafkajs-records.ts";

export interface KafkajsLaneOptions {
  readonly maxRequestBytes: number;
  /** @throws when the topic was never prepared */
  readonly partitionCount: (topic: string) => number;
  /** Whether the topic is known, and known to have no such partition. */
  readonly lacks: (topic: string, partition: number) => boolean;
  /** One request per broker. Rejects when any partition's part of it was not stored, or may not have been. */
  readonly send: (topic: string, records: readonly PinnedRecord[]) => Promise<void>;
  /** kafkajs keeps state that a failure can spoil for good: after some, its clients are made anew. */
  readonly reconnect: () => Promise<void>;
  readonly onSend: () => void;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

interface TopicFlight {
  readonly topic: string;
  records: readonly PinnedRecord[];
  isByPartition: boolean;
}

export class KafkajsLane implements PublisherLane {
  readonly #options: KafkajsLaneOptions;
  #fill: PinnedRecord[] = [];
  #fillBytes = 0;
  readonly #partitions = new Map<string, TopicPartitions>();
  #rotation = 0;
  #flight: TopicFlight[] = [];

  constructor(options: KafkajsLaneOptions) {
    this.#options = options;
  }

  get filledEvents(): number {
    return this.#fill.length;
  }

  get filledBytes(): number {
    return this.#fillBytes;
  }

  append(row: RowView, registryId: number): void {
    const record = pinnedRecord(row, registryId, this.#partitionsOf(row.topic));
    this.#fill.push(record);
    this.#fillBytes += record.bytes;
  }

  async send(): Promise<SendOutcome> {
    if (this.#flight.length > 0) throw new Error("send() before everything sent earlier is acknowledged or removed");
    this.#options.onSend();
    const byTopic = Map.groupBy(this.#fill, ({ topic }) => topic);
    this.#flight = [...byTopic].map(([topic, records]) => ({ topic, records, isByPartition: false }));
    this.#clearFill();
    for (const { records } of this.#flight) this.#stamp(records);
    return this.repeat();
  }

  async repeat(): Promise<SendOutcome> {
    const outcome = new OutcomeBuilder();
    let spoiled = false;
    let broken: KafkajsFailure | null = null;
    for (const flight of this.#flight) {
      const failure: KafkajsFailure | null =
        broken ?? this.#outdated(flight, outcome) ?? (await this.#sendTopic(flight, outcome));
      if (failure === null) continue;
      if (failure.isTimeRefused === true) this.#stamp(flight.records); // as after hours without a broker
      spoiled ||= failure.reason === "unavailable" || failure.reason === "topic-missing";
      if (broken !== null) failRecords(flight.records, broken, outcome);
      else if (!failure.isAnswer) broken = failure;
    }
    this.#flight = this.#flight.filter(({ records }) => records.length > 0);
    if (spoiled) await this.#options.reconnect();
    return outcome.build();
  }

  remove(ids: ReadonlySet<number>): void {
    this.#fill = this.#fill.filter(({ id }) => !ids.has(id));
    this.#fillBytes = this.#fill.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const flight of this.#flight) flight.records = flight.records.filter(({ id }) => !ids.has(id));
    this.#flight = this.#flight.filter(({ records }) => records.length > 0);
  }

  unacknowledged(): readonly number[] {
    return this.#flight.flatMap(({ records }) => records.map(({ id }) => id)).sort((a, b) => a - b);
  }

  reset(): void {
    this.#clearFill();
    this.#flight = [];
  }

  /** @returns the failure of records whose partition the topic, made anew, does not have, told in `outcome` already */
  #outdated({ topic, records }: TopicFlight, outcome: OutcomeBuilder): KafkajsFailure | null {
    const lost = records.find(({ partition }) => this.#options.lacks(topic, partition));
    if (lost === undefined) return null;
    const message = `the topic ${topic} was made anew and has no partition ${lost.partition} any more`;
    return failRecords(records, { reason: "partition-missing", message, isAnswer: true }, outcome);
  }

  #stamp(records: readonly PinnedRecord[]): void {
    const timestamp = String(this.#options.nowMs());
    for (const { message } of records) message.timestamp = timestamp;
  }

  #partitionsOf(topic: string): TopicPartitions {
    const known = this.#partitions.get(topic);
    if (known !== undefined) return known;
    const count = this.#options.partitionCount(topic);
    const partitions = { count, keyless: this.#rotation++ % count };
    this.#partitions.set(topic, partitions);
    return partitions;
  }

  #clearFill(): void {
    this.#fill = [];
    this.#fillBytes = 0;
    this.#partitions.clear();
  }

  /** @returns what failed first, told in `outcome` already; null when all is stored */
  async #sendTopic(flight: TopicFlight, outcome: OutcomeBuilder): Promise<KafkajsFailure | null> {
    if (!flight.isByPartition) {
      const failure = await this.#sendRuns(flight, flight.records, outcome);
      if (failure === null) return null;
      flight.isByPartition = true;
      if (!isRecordFailure(failure.reason)) return failRecords(flight.records, failure, outcome);
    }
    return this.#sendByPartition(flight, outcome);
  }

  async #sendByPartition(flight: TopicFlight, outcome: OutcomeBuilder): Promise<KafkajsFailure | null> {
    let worst: KafkajsFailure | null = null;
    for (const records of Map.groupBy(flight.records, ({ partition }) => partition).values()) {
      if (worst?.isAnswer === false) {
        failRecords(records, worst, outcome);
        continue;
      }
      const failure = await this.#sendRuns(flight, records, outcome);
      if (failure === null) continue;
      const pending = records.filter((record) => flight.records.includes(record));
      failRecords(isRecordFailure(failure.reason) ? pending.slice(0, 1) : pending, failure, outcome);
      worst = failure;
    }
    return worst;
  }

  /** Up to the first failure. A refused run of one partition is halved until the offender is its first record. */
  async #sendRuns(
    flight: TopicFlight,
    records: readonly PinnedRecord[],
    outcome: OutcomeBuilder,
  ): Promise<KafkajsFailure | null> {
    const runs = runsByBytes(records, this.#options.maxRequestBytes);
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      try {
        await this.#options.send(flight.topic, run);
      } catch (error) {
        const failure = kafkajsFailure(error);
        const canSplit = flight.isByPartition && isRecordFailure(failure.reason) && run.length > 1;
        if (!canSplit) return failure;
        const middle = Math.ceil(run.length / 2);
        runs.unshift(run.slice(0, middle), run.slice(middle));
        continue;
      }
      const stored = new Set(run);
      flight.records = flight.records.filter((record) => !stored.has(record));
      outcome.acknowledge(flight.topic, run.length);
    }
    return null;
  }
}

function failRecords(
  records: readonly PinnedRecord[],
  failure: KafkajsFailure,
  outcome: OutcomeBuilder,
): KafkajsFailure {
  const [first] = records;
  if (first === undefined) return failure;
  outcome.fail(
    failure.reason,
    first.topic,
    records.map(({ id }) => id),
    failure.message,
  );
  return failure;
}
