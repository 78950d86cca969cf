import { failureReasonOf } from "../kafka-failures.ts";
import type { TopicProblem } from "../lane-publisher.ts";
import type { BrokerAddress, BrokerConnection, ClusterMetadata } from "./broker-connection.ts";
import { errorName, errorText, NO_ERROR } from "./protocol-errors.ts";

export interface ClusterOptions {
  readonly bootstrap: readonly BrokerAddress[];
  readonly open: (address: BrokerAddress) => Promise<BrokerConnection>;
  /** Whether asking for a missing topic may make the broker create it. */
  readonly autoCreateTopics: boolean;
  /** How old metadata may grow before it is asked for anew, in the background. */
  readonly metadataMaxAgeMs: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

interface TopicState {
  /** Of the last answer that knew any: a topic never prepared has none. */
  partitionCount: number;
  /** Node ids by partition; -1: none. */
  leaders: readonly number[];
  problem: TopicProblem | null;
}

/**
 * What is known of the cluster: its brokers, and the partitions and leaders of the topics asked for. Asked for anew by
 * one request at a time, whoever wants it.
 */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #topics = new Map<string, TopicState>();
  readonly #brokers = new Map<number, BrokerAddress>();
  #control: BrokerConnection | null = null;
  #connecting: Promise<BrokerConnection> | null = null;
  #refreshing: { readonly topics: ReadonlySet<string>; readonly done: Promise<void> } | null = null;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #isDoubtful = false;
  #isClosed = false;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** @throws Error when the topic was never known */
  partitionCount(topic: string): number {
    const count = this.#topics.get(topic)?.partitionCount ?? 0;
    if (count === 0) throw new Error(`topic ${topic} is appended to before it was prepared`);
    return count;
  }

  /** Whether the topic is known, and known to have no such partition: it was made anew with fewer. */
  lacks(topic: string, partition: number): boolean {
    const state = this.#topics.get(topic);
    return state !== undefined && state.problem === null && partition >= state.partitionCount;
  }

  problemOf(topic: string): TopicProblem | null {
    const state = this.#topics.get(topic);
    return state === undefined ? { reason: "topic-missing", message: "never asked for" } : state.problem;
  }

  leaderOf(topic: string, partition: number): number | null {
    const leader = this.#topics.get(topic)?.leaders[partition] ?? -1;
    return leader >= 0 && this.#brokers.has(leader) ? leader : null;
  }

  addressOf(nodeId: number): BrokerAddress | null {
    return this.#brokers.get(nodeId) ?? null;
  }

  /** A broker did not answer, or said that it is not the leader: `refreshIfDoubtful` asks. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  async refreshIfDoubtful(): Promise<void> {
    if (this.#isDoubtful) await this.refresh();
  }

  /** In the background: partitions that were added are found although nothing fails. */
  refreshIfOld(): void {
    if (this.#options.now() - this.#refreshedAt < this.#options.metadataMaxAgeMs) return;
    this.refresh().catch(() => {}); // sends fail too if it matters, and ask again
  }

  /**
   * Asks for all known topics, and for `topic` as well.
   *
   * @throws when no broker answers
   */
  async refresh(topic?: string): Promise<void> {
    const running = this.#refreshing;
    if (running !== null) {
      await running.done;
      if (topic === undefined || running.topics.has(topic)) return;
      return this.refresh(topic);
    }
    const topics = new Set(
      [...this.#topics].filter(([, { partitionCount }]) => partitionCount > 0).map(([name]) => name),
    );
    if (topic !== undefined) topics.add(topic);
    const done = this.#ask([...topics]).finally(() => (this.#refreshing = null));
    this.#refreshing = { topics, done };
    await done;
  }

  /** A connection for requests that any broker answers. @throws when none can be reached */
  async control(): Promise<BrokerConnection> {
    if (this.#control?.isUsable === true) return this.#control;
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = null));
    return this.#connecting;
  }

  close(): void {
    this.#isClosed = true;
    this.#control?.close();
    this.#control = null;
  }

  /** One bootstrap server after another, then the brokers that were known last. */
  async #connect(): Promise<BrokerConnection> {
    this.#control?.close();
    this.#control = null;
    const failures: unknown[] = [];
    for (const address of [...this.#options.bootstrap, ...this.#brokers.values()]) {
      if (this.#isClosed) break;
      try {
        this.#control = await this.#options.open(address);
        return this.#control;
      } catch (error) {
        failures.push(error);
      }
    }
    throw this.#isClosed ? new Error("the publisher is disconnected") : new AggregateError(failures);
  }

  async #ask(topics: readonly string[]): Promise<void> {
    this.#isDoubtful = false; // what is doubted from here on may be newer than the answer
    const answer = await this.#askAnyBroker(topics);
    this.#refreshedAt = this.#options.now();
    this.#takeBrokers(answer);
    for (const topic of answer.topics) this.#takeTopic(topic);
  }

  async #askAnyBroker(topics: readonly string[]): Promise<ClusterMetadata> {
    try {
      const connection = await this.control();
      return await connection.metadata(topics, this.#options.autoCreateTopics);
    } catch (error) {
      this.#isDoubtful = true;
      throw error;
    }
  }

  #takeBrokers({ brokers }: ClusterMetadata): void {
    this.#brokers.clear();
    for (const { nodeId, host, port } of brokers) this.#brokers.set(nodeId, { host, port });
  }

  #takeTopic({ name, errorCode, partitions }: ClusterMetadata["topics"][number]): void {
    const known = this.#topics.get(name);
    if (errorCode !== NO_ERROR || partitions.length === 0) {
      const reason = failureReasonOf(errorName(errorCode));
      const problem = { reason, message: errorText(errorCode, null) };
      this.#topics.set(name, { partitionCount: known?.partitionCount ?? 0, leaders: [], problem });
      return;
    }
    const leaders = Array.from({ length: partitions.length }, () => -1);
    for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId;
    this.#topics.set(name, { partitionCount: partitions.length, leaders, problem: null });
  }
}
