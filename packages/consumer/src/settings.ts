import type { ConsumerEventListener } from "./consumer-event.ts";
import { ConsumerError } from "./errors.ts";
import type { IsolationLevel } from "./handler-transaction.ts";
import type { KafkajsClient } from "./kafkajs-client.ts";
import { type Logger, stderrLogger } from "./logger.ts";

/** Where Kafka is: its addresses, or a kafkajs client that knows more (TLS, SASL). */
export type KafkaOption =
  | { readonly brokers: readonly string[]; readonly kafka?: never }
  | { readonly kafka: KafkajsClient; readonly brokers?: never };

/** Settings of a consumer that have defaults; the README's table holds the same. */
export interface ConsumerTuning {
  /** Client id at the broker. Default: the groupId. */
  readonly clientId: string;
  /** Partitions whose handlers run at once; each takes a connection of Prisma's pool. Default 4. */
  readonly concurrency: number;
  /** Where a group begins that has no offset yet. Default earliest: a new group misses nothing. */
  readonly startFrom: "earliest" | "latest";
  /** Create missing event topics at start, with the broker's defaults, instead of failing. Default false. */
  readonly createMissingTopics: boolean;
  /** Where given-up records go; created at start when missing. Default `<groupId>.dead-letters`. */
  readonly deadLetterTopic: string;
  /** Attempts before an event is dead-lettered. Default 5. */
  readonly maxAttempts: number;
  /** Ceiling of the delay after the first failure, in milliseconds; it doubles. Default 200. */
  readonly retryBaseMs: number;
  /** Ceiling of every delay, in milliseconds. Default 30,000. */
  readonly retryMaxMs: number;
  /** Time of one handler attempt, in milliseconds. Default 30,000. */
  readonly handlerTimeoutMs: number;
  /** How long an attempt waits for a connection of Prisma's pool, in milliseconds. Default 5,000. */
  readonly transactionWaitMs: number;
  /** Isolation of the handlers' transactions. Default: the database's (read committed). */
  readonly isolationLevel: IsolationLevel | undefined;
  /** Records of one partition held in memory at which fetching it pauses. Default 500. */
  readonly maxQueuedRecords: number;
  /** The same in bytes of keys, values and headers. Default 4,194,304. */
  readonly maxQueuedBytes: number;
  /** How long `stop` waits for handlers before it rolls them back, in milliseconds. Default 20,000. */
  readonly stopGraceMs: number;
  /** Without heartbeats for this long the group takes a member for dead, in milliseconds. Default 30,000. */
  readonly sessionTimeoutMs: number;
  /** Between heartbeats, in milliseconds; also how soon a rebalance is noticed. Default 1,000. */
  readonly heartbeatMs: number;
  /** How long an idle fetch waits at the broker, in milliseconds; commits may wait behind it. Default 250. */
  readonly fetchWaitMs: number;
  /** Time of one request to the registry, in milliseconds. Default 5,000. */
  readonly registryTimeoutMs: number;
}

/** What the consumer needs, without the Prisma client. */
export type ConsumerSettings = KafkaOption &
  Partial<ConsumerTuning> & {
    /** The consumer group, which is also the inbox's: another group handles every event for itself. */
    readonly groupId: string;
    /** Base URL of a Confluent-compatible schema registry, with user and password if need be. */
    readonly registryUrl: string;
    /** Told of everything that happens, for metrics and traces. */
    readonly onEvent?: ConsumerEventListener;
    /** Default: warnings and errors to stderr as JSON lines. pino's logger fits. */
    readonly logger?: Logger;
  };

/** Settings with every default filled in. */
export interface ResolvedSettings extends ConsumerTuning {
  readonly groupId: string;
  readonly registryUrl: string;
  readonly kafka: { readonly brokers: readonly string[] } | { readonly client: KafkajsClient };
  readonly onEvent: ConsumerEventListener | undefined;
  readonly logger: Logger;
}

type Numbers = { [Name in keyof ConsumerTuning as ConsumerTuning[Name] extends number ? Name : never]: number };

const DEFAULT_NUMBERS: Numbers = {
  concurrency: 4,
  maxAttempts: 5,
  retryBaseMs: 200,
  retryMaxMs: 30_000,
  handlerTimeoutMs: 30_000,
  transactionWaitMs: 5_000,
  maxQueuedRecords: 500,
  maxQueuedBytes: 4 * 1024 * 1024,
  stopGraceMs: 20_000,
  sessionTimeoutMs: 30_000,
  heartbeatMs: 1_000,
  fetchWaitMs: 250,
  registryTimeoutMs: 5_000,
};

/** Source: Kafka's `Topic.validate`. */
const LEGAL_TOPIC = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;

/** @throws ConsumerError SETTINGS_INVALID naming every setting that is wrong */
export function resolveSettings(settings: ConsumerSettings): ResolvedSettings {
  const problems: string[] = [];
  const { groupId, brokers, kafka } = settings;
  if (typeof groupId !== "string" || groupId === "") problems.push("groupId is missing");
  if ((brokers === undefined) === (kafka === undefined)) problems.push("give either brokers or kafka");
  if (brokers !== undefined) problems.push(...brokerProblems(brokers));
  const deadLetterTopic = settings.deadLetterTopic ?? `${groupId}.dead-letters`;
  if (!LEGAL_TOPIC.test(deadLetterTopic)) {
    problems.push(`"${deadLetterTopic}" is no legal topic name: set deadLetterTopic (letters, digits, ".", "_", "-")`);
  }
  const numbers = { ...DEFAULT_NUMBERS };
  for (const name of Object.keys(DEFAULT_NUMBERS) as (keyof Numbers)[]) {
    const value = settings[name] ?? DEFAULT_NUMBERS[name];
    if (!(Number.isInteger(value) && value > 0)) problems.push(`${name} is ${value}, not a positive integer`);
    numbers[name] = value;
  }
  if (numbers.heartbeatMs * 3 > numbers.sessionTimeoutMs) {
    problems.push("heartbeatMs is more than a third of sessionTimeoutMs");
  }
  if (problems.length > 0) throw new ConsumerError("SETTINGS_INVALID", `createConsumer: ${problems.join("; ")}.`);
  return {
    ...numbers,
    groupId,
    registryUrl: settings.registryUrl,
    kafka: kafka === undefined ? { brokers: brokers ?? [] } : { client: kafka },
    clientId: settings.clientId ?? groupId,
    startFrom: settings.startFrom ?? "earliest",
    createMissingTopics: settings.createMissingTopics ?? false,
    deadLetterTopic,
    isolationLevel: settings.isolationLevel,
    onEvent: settings.onEvent,
    logger: settings.logger ?? stderrLogger,
  };
}

function brokerProblems(brokers: readonly string[]): string[] {
  if (brokers.length === 0) return ["brokers is empty"];
  return brokers.filter((broker) => !/^[^\s:/]+:\d{1,5}$/.test(broker)).map((broker) => `"${broker}" is not host:port`);
}
