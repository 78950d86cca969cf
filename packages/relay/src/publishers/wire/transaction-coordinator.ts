/*
 * What a transactional producer asks of its coordinator, by the versions of before KIP-890's second part: partitions are
 * added one request before they are written to, and the epoch is raised by InitProducerId alone.
 *
 *   FindCoordinator (v4)     who the coordinator of a transactional id is; any broker knows
 *   InitProducerId (v4)      fences every earlier producer, and ends what it left open, before it answers
 *   AddPartitionsToTxn (v3)  begins the transaction with the first
 *   EndTxn (v3)              decides it; repeated with the same verdict it answers the same
 */
import { setTimeout as delay } from "node:timers/promises";
import { addPartitionsToTxnV3, endTxnV3, findCoordinatorV4, initProducerIdV4 } from "@platformatic/kafka";
import type { ProducerIdentity } from "./batch-header.ts";
import type { BrokerConnection } from "./broker-connection.ts";
import type { BrokerConnections } from "./broker-connections.ts";
import type { Cluster } from "./cluster.ts";
import { errorName, NO_ERROR } from "./protocol-errors.ts";

const TRANSACTION_KEY = 1;
/** How long it is asked again while it says that it will answer soon. */
const PATIENCE_MS = 10_000;
const FIRST_DELAY_MS = 1;
const LONGEST_DELAY_MS = 50;

/** The markers of the transaction before are still being written, or the coordinator has only just become it. */
const soon: ReadonlySet<string> = new Set(["CONCURRENT_TRANSACTIONS", "COORDINATOR_LOAD_IN_PROGRESS"]);
/** Another broker is, or will be. */
const moved: ReadonlySet<string> = new Set(["NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE"]);
const fencing: ReadonlySet<string> = new Set([
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
  "PRODUCER_FENCED",
]);

/** The coordinator's definite no. Everything else that is thrown leaves open what became of the request. */
export class CoordinatorRefusal extends Error {
  /** Kafka's name of the error. */
  readonly errorName: string;

  constructor(message: string, errorName: string) {
    super(message);
    this.errorName = errorName;
  }

  /** Whether another producer has the transactional id, or the coordinator has ended the transaction by itself. */
  get isFenced(): boolean {
    return fencing.has(this.errorName);
  }
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A partition that cannot be part of the transaction. */
export interface PartitionRefusal extends TopicPartition {
  /** Kafka's name of the error. */
  readonly errorName: string;
}

export interface TransactionCoordinatorOptions {
  readonly transactionalId: string;
  /** After which the coordinator aborts a transaction by itself. */
  readonly timeoutMs: number;
  readonly cluster: Pick<Cluster, "control" | "addressOf" | "refresh">;
  readonly connections: Pick<BrokerConnections, "get">;
}

export class TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  #nodeId: number | null = null;

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
  }

  /**
   * A producer with a higher epoch than all before it.
   *
   * @param current null to take over from whoever it is; else only from this one, with nothing open. Asked again after a
   *   lost answer, it answers the same
   * @throws CoordinatorRefusal, and anything else
   */
  async init(current: ProducerIdentity | null): Promise<ProducerIdentity> {
    const { transactionalId, timeoutMs } = this.#options;
    const answer = await this.#ask("InitProducerId", async (connection) => {
      const { producerId, epoch } = current ?? { producerId: -1n, epoch: -1 };
      const asked = [transactionalId, timeoutMs, producerId, epoch] as const;
      return connection.ask("InitProducerId", initProducerIdV4.api, ...asked);
    });
    return { producerId: answer.producerId, epoch: answer.producerEpoch, isTransactional: true };
  }

  /** All of them, or none: the answer says which cannot be. @throws CoordinatorRefusal, and anything else */
  async addPartitions(
    { producerId, epoch }: ProducerIdentity,
    partitions: readonly TopicPartition[],
  ): Promise<readonly PartitionRefusal[]> {
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, ofTopic]) => ({
      name,
      partitions: ofTopic.map(({ partition }) => partition),
    }));
    const { transactionalId } = this.#options;
    const transaction = { transactionalId, producerId, producerEpoch: epoch, verifyOnly: false, topics };
    let refusals: readonly PartitionRefusal[] = [];
    await this.#ask("AddPartitionsToTxn", async (connection) => {
      const answer = await connection.ask("AddPartitionsToTxn", addPartitionsToTxnV3.api, [transaction]);
      const named = answer.resultsByTransaction.flatMap(({ topicResults }) =>
        topicResults.flatMap(({ name, resultsByPartition }) =>
          resultsByPartition.map(({ partitionIndex, partitionErrorCode }) => ({
            topic: name,
            partition: partitionIndex,
            code: partitionErrorCode,
          })),
        ),
      );
      const failed = named
        .filter(({ code }) => code !== NO_ERROR)
        .map(({ topic, partition, code }) => ({ topic, partition, code, errorName: errorName(code) }));
      refusals = failed.filter((refusal) => isOfPartition(refusal.errorName));
      // Beside a partition's own error the others say that they were not attempted.
      return { errorCode: refusals.length > 0 ? NO_ERROR : (failed[0]?.code ?? NO_ERROR) };
    });
    return refusals;
  }

  /**
   * Commits or aborts. Resolves when that is decided.
   *
   * @throws CoordinatorRefusal, and anything else
   */
  async end({ producerId, epoch }: ProducerIdentity, verdict: "commit" | "abort"): Promise<void> {
    const { transactionalId } = this.#options;
    await this.#ask("EndTxn", (connection) =>
      connection.ask("EndTxn", endTxnV3.api, transactionalId, producerId, epoch, verdict === "commit"),
    );
  }

  async #ask<Answer extends { readonly errorCode: number }>(
    what: string,
    request: (connection: BrokerConnection) => Promise<Answer>,
  ): Promise<Answer> {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      const answer = await this.#askOnce(request);
      if (answer.errorCode === NO_ERROR) return answer;
      const name = errorName(answer.errorCode);
      if (moved.has(name)) this.#nodeId = null;
      if ((!soon.has(name) && !moved.has(name)) || performance.now() > giveUpAt) {
        throw new CoordinatorRefusal(`${what} of ${this.#options.transactionalId}: ${name}`, name);
      }
      await delay(delayMs);
    }
  }

  async #askOnce<Answer>(request: (connection: BrokerConnection) => Promise<Answer>): Promise<Answer> {
    try {
      this.#nodeId ??= await this.#find();
      return await request(await this.#options.connections.get(this.#nodeId));
    } catch (error) {
      this.#nodeId = null;
      throw error;
    }
  }

  async #find(): Promise<number> {
    const { transactionalId, cluster } = this.#options;
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      const control = await cluster.control();
      const answer = await control.ask("FindCoordinator", findCoordinatorV4.api, TRANSACTION_KEY, [transactionalId]);
      const { nodeId = -1, errorCode = NO_ERROR } = answer.coordinators[0] ?? {};
      const name = errorName(errorCode);
      if (errorCode === NO_ERROR) {
        if (cluster.addressOf(nodeId) === null) await cluster.refresh();
        return nodeId;
      }
      // The first transaction of a cluster makes the coordinators' topic.
      if ((!soon.has(name) && !moved.has(name)) || performance.now() > giveUpAt) {
        throw new CoordinatorRefusal(`no coordinator for the transactional id ${transactionalId}: ${name}`, name);
      }
      await delay(delayMs);
    }
  }
}

function isOfPartition(name: string): boolean {
  return name === "UNKNOWN_TOPIC_OR_PARTITION" || name === "TOPIC_AUTHORIZATION_FAILED";
}
