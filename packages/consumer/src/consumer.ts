import type { EventDescriptor } from "@waybill/events";
import { Assignment } from "./assignment.ts";
import { type ConsumerEventListener, createEventSink } from "./consumer-event.ts";
import { ConsumerError } from "./errors.ts";
import { EventDecoder } from "./event-decoder.ts";
import { HandlerTransaction, type TransactionalClient } from "./handler-transaction.ts";
import { type HandlerArguments, HandlerTable } from "./handlers.ts";
import type { GroupMember, KafkaPort, RecordListener } from "./kafka-port.ts";
import { KafkajsPort } from "./kafkajs-client.ts";
import { checkDatabase, checkTopics, onBroker } from "./preflight.ts";
import { RecordProcessor } from "./record-processor.ts";
import { SchemaRegistry } from "./schema-registry.ts";
import { type ConsumerSettings, type ResolvedSettings, resolveSettings } from "./settings.ts";
import { Slots } from "./slots.ts";
import type { PrismaClientLike, TransactionOf } from "./prisma-client.ts";

/** Typed handlers of one consumer group. */
export interface Consumer<Tx> {
  /**
   * Handles one type of event. The options, with an upcaster from each earlier generation to the next, are required
   * exactly when the descriptor has earlier generations. Events of types without a handler are skipped.
   *
   * @throws ConsumerError HANDLER_INVALID for a second handler of a type or a missing upcaster, STATE_INVALID after
   * start
   */
  on<Descriptor extends EventDescriptor>(
    descriptor: Descriptor,
    ...handler: HandlerArguments<Descriptor, Tx>
  ): Consumer<Tx>;
  /**
   * Checks database, registry, brokers and topics, joins the group and resolves when the first assignment has come.
   * From then on outages are waited out, whatever they are.
   *
   * @throws ConsumerError with a code of the README's table; after a failure it may be called again
   */
  start(): Promise<void>;
  /**
   * Takes no further record, lets handlers finish for `stopGraceMs` and then rolls them back, commits the offsets,
   * leaves the group. Safe to call twice, and before start. A stopped consumer does not start again.
   */
  stop(): Promise<void>;
}

/** Options of {@link createConsumer}. */
export type ConsumerOptions<Client extends PrismaClientLike> = ConsumerSettings & {
  /** The application's Prisma client: inbox rows, handlers and published events share its transactions. */
  readonly prisma: Client;
};

/**
 * A consumer of events: for each record it runs the handler, the inbox row and whatever the handler publishes in one
 * Prisma transaction, and moves the group's offset only after the commit, so that effects happen exactly once.
 *
 * @throws ConsumerError SETTINGS_INVALID naming every setting that is wrong
 */
export function createConsumer<Client extends PrismaClientLike>(
  options: ConsumerOptions<Client>,
): Consumer<TransactionOf<Client>> {
  const settings = resolveSettings(options);
  const kafka =
    "client" in settings.kafka
      ? new KafkajsPort(settings.kafka.client, "the brokers of the given kafkajs client")
      : KafkajsPort.connectingTo(settings.kafka.brokers, settings.clientId, settings.logger);
  // The structural type of PrismaClientLike holds what TransactionalClient needs; only the type of tx is erased.
  const prisma = options.prisma as unknown as TransactionalClient;
  return new GroupConsumer<TransactionOf<Client>>(settings, prisma, kafka);
}

/** What `stop` may take beyond `stopGraceMs` for rolling back. A statement that waits for a lock cannot be cut short. */
const ROLLBACK_MS = 2_000;

/** What `stop` may take to commit the last offsets and to leave the group. */
const LEAVE_MS = 3_000;

type State = "new" | "starting" | "running" | "stopping" | "stopped";

/**
 * ```
 *  NEW ─start()─▶ STARTING ─joined─▶ RUNNING ─stop()─▶ STOPPING ─▶ STOPPED
 *   ▲                │ failed
 *   └────────────────┘                 stop() in NEW and STARTING: STOPPED
 * ```
 *
 * While RUNNING, `assigned` and `revoked` follow each other as the group rebalances; between them `#assignment` holds
 * the lanes. ARCHITECTURE.md beside this file has every crash point from fetch to offset commit.
 */
class GroupConsumer<Tx> implements Consumer<Tx>, RecordListener {
  readonly #settings: ResolvedSettings;
  readonly #prisma: TransactionalClient;
  readonly #kafka: KafkaPort;
  readonly #registry: SchemaRegistry;
  readonly #handlers = new HandlerTable();
  readonly #emit: ConsumerEventListener;
  readonly #processor: RecordProcessor;
  /** Stopping: nothing new begins. */
  readonly #stopping = new AbortController();
  /** The grace time is over: open transactions are rolled back. */
  readonly #abandon = new AbortController();
  #state: State = "new";
  #member: GroupMember | null = null;
  #assignment: Assignment | null = null;
  #stopped: Promise<void> | null = null;

  constructor(settings: ResolvedSettings, prisma: TransactionalClient, kafka: KafkaPort) {
    this.#settings = settings;
    this.#prisma = prisma;
    this.#kafka = kafka;
    const { groupId, deadLetterTopic, registryTimeoutMs } = settings;
    this.#emit = createEventSink(groupId, settings.logger, settings.onEvent);
    const { signal } = this.#stopping;
    this.#registry = new SchemaRegistry({ url: settings.registryUrl, timeoutMs: registryTimeoutMs, signal });
    this.#processor = new RecordProcessor({
      groupId,
      handlers: this.#handlers,
      decoder: new EventDecoder(this.#registry),
      transaction: new HandlerTransaction(prisma, settings, this.#abandon.signal),
      kafka,
      deadLetterTopic,
      retry: settings,
      slots: new Slots(settings.concurrency),
      emit: this.#emit,
      random: Math.random,
    });
  }

  on<Descriptor extends EventDescriptor>(
    descriptor: Descriptor,
    ...handler: HandlerArguments<Descriptor, Tx>
  ): Consumer<Tx> {
    if (this.#state !== "new") {
      throw new ConsumerError("STATE_INVALID", `on(${descriptor.type}) after start(): register handlers before.`);
    }
    this.#handlers.add(descriptor, handler);
    return this;
  }

  async start(): Promise<void> {
    if (this.#state !== "new") {
      throw new ConsumerError("STATE_INVALID", `start() on a consumer that is ${this.#state}: create a new one.`);
    }
    const topics = this.#handlers.topics();
    if (topics.length === 0) {
      throw new ConsumerError("HANDLER_INVALID", "start() without a handler: call .on(descriptor, handler) first.");
    }
    this.#state = "starting";
    try {
      await this.#join(topics);
      this.#state = "running";
      this.#emit({ kind: "started", topics });
    } catch (error) {
      await this.#member?.leave();
      await this.#kafka.close();
      if (this.#stopping.signal.aborted) {
        throw new ConsumerError("STATE_INVALID", "stop() was called before start() had finished.", { cause: error });
      }
      this.#state = "new";
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  assigned(partitions: Parameters<RecordListener["assigned"]>[0]): void {
    const member = this.#member;
    if (member === null || this.#stopping.signal.aborted) return;
    const previous = this.#assignment;
    previous?.revoke();
    const parts = { member, processor: this.#processor, emit: this.#emit, limits: this.#settings };
    this.#assignment = new Assignment(partitions, parts, previous);
    this.#emit({ kind: "assigned", partitions });
  }

  revoked(): void {
    if (this.#stopping.signal.aborted) return;
    this.#assignment?.revoke();
    this.#emit({ kind: "revoked" });
  }

  records(...[partition, records]: Parameters<RecordListener["records"]>): void {
    this.#assignment?.deliver(partition, records);
  }

  disconnected(error: unknown, delayMs: number): void {
    this.#emit({ kind: "disconnected", error, delayMs });
  }

  async #join(topics: readonly string[]): Promise<void> {
    const { createMissingTopics, deadLetterTopic } = this.#settings;
    await checkDatabase(this.#prisma);
    await this.#registry.check();
    await checkTopics(this.#kafka, { topics, deadLetterTopic, createMissingTopics });
    this.#stopping.signal.throwIfAborted();
    this.#member = this.#kafka.member({ ...this.#settings, topics }, this);
    await onBroker(this.#kafka, `let ${this.#settings.groupId} join its group`, this.#member.join());
    this.#stopping.signal.throwIfAborted();
  }

  async #stop(): Promise<void> {
    this.#state = "stopping";
    this.#stopping.abort();
    const { stopGraceMs } = this.#settings;
    const grace = setTimeout(() => {
      this.#abandon.abort(new Error(`the consumer stops and has waited ${stopGraceMs} ms for this handler`));
    }, stopGraceMs);
    await settledWithin(stopGraceMs + ROLLBACK_MS, this.#assignment?.finish());
    clearTimeout(grace);
    await settledWithin(LEAVE_MS, this.#leave());
    this.#assignment?.revoke();
    this.#state = "stopped";
    this.#emit({ kind: "stopped" });
  }

  async #leave(): Promise<void> {
    await this.#assignment?.flush();
    await this.#member?.leave();
    await this.#kafka.close();
  }
}

/** Waits for the work, but not longer than this; the process may end while a dead broker is still being told. */
async function settledWithin(ms: number, work: Promise<void> | undefined): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
