import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { performance } from "node:perf_hooks";
import type { Logger } from "pino";
import { BacklogMonitor } from "./observability/backlog-monitor.ts";
import { type DatabaseSession, openDatabaseSession } from "./database/database-session.ts";
import { createDeadLetters } from "./dead-letters/session-dead-letters.ts";
import { messageOf, RelayError } from "./errors.ts";
import { Health } from "./observability/health.ts";
import { startHttpServer, type RunningHttpServer } from "./observability/http-server.ts";
import { createLogger } from "./observability/logger.ts";
import { createMetrics, type RelayMetrics } from "./observability/metrics.ts";
import { abortableDelay } from "./abortable-delay.ts";
import { createPublisher } from "./publishers/create-publisher.ts";
import type { LanePublisher, PublisherLane, TransactionalLane } from "./publishers/lane-publisher.ts";
import { ensureCursorTopic } from "./exactly-once/cursor-topic.ts";
import { ExactlyOnce } from "./exactly-once/exactly-once.ts";
import { transactionMetrics } from "./exactly-once/transaction-metrics.ts";
import { LoopReporter } from "./observability/loop-reporter.ts";
import { PublishLoop } from "./publishing/publish-loop.ts";
import { Retention } from "./retention/retention.ts";
import { SchemaIds } from "./publishing/schema-ids.ts";
import { SHARD_GROUPS } from "./cursors/shard-groups.ts";
import { RegistryProblem, SchemaRegistry } from "./publishing/schema-registry.ts";
import { tracePublisher } from "./tracing/traced-lanes.ts";
import { completeSettings, type RelayOptions, type RelaySettings } from "./settings/settings.ts";
import { readEventSchema } from "./sql/event-schema.ts";
import type { RelayInstance } from "./sql/leases.ts";
import { listenForEvents } from "./sql/outbox-notifications.ts";
import { describeDatabaseError } from "./database/describe-database-error.ts";
import { SessionRetries } from "./database/session-retries.ts";
import { packageVersion } from "./version.ts";

export interface RunningRelay {
  /** The base of `/livez`, `/readyz` and `/metrics`. */
  readonly httpUrl: string;
  /** Settles when the relay has ended: by `stop`, or with a RelayError when it refuses to go on. */
  readonly finished: Promise<void>;
  /** Stops reading, finishes what is in flight, saves the cursor, disconnects. Safe to call twice. */
  stop(): Promise<void>;
}

export interface RelayEnvironment {
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger;
}

/**
 * Starts a relay in this process.
 *
 * @throws RelayError when the settings are wrong, or when the database, the broker or the registry cannot be used. Once
 *   started, the relay rides out their failures.
 */
export async function startRelay(options: RelayOptions, environment: RelayEnvironment = {}): Promise<RunningRelay> {
  const settings = completeSettings(options);
  const logger = environment.logger ?? createLogger(settings.logLevel);
  const clock = { aheadMs: 0 };
  const metrics = createMetrics();
  const publisher = await createPublisher(
    settings,
    (message) => logger.debug({ from: settings.driver }, message),
    () => Date.now() + clock.aheadMs,
    transactionMetrics(metrics),
  );
  const relay = new Relay(settings, logger, metrics, tracePublisher(publisher), clock);
  try {
    await relay.start();
  } catch (error) {
    await relay.close();
    throw error;
  }
  return relay;
}

/** The database's clock, by which records are dated whatever this machine's says. */
interface DatabaseClock {
  /** How far it is ahead of ours; never for decisions. */
  aheadMs: number;
}

class Relay implements RunningRelay {
  readonly #clock: DatabaseClock;
  readonly #settings: RelaySettings;
  readonly #logger: Logger;
  readonly #metrics: RelayMetrics;
  readonly #health = new Health(() => performance.now());
  readonly #registry: SchemaRegistry;
  readonly #publisher: LanePublisher;
  readonly #lanes: readonly PublisherLane[];
  /** With exactly-once the same lanes, by group; else none. */
  readonly #transactionalLanes: readonly TransactionalLane[];
  readonly #instance: RelayInstance;
  readonly #stopping = new AbortController();
  readonly #retries: SessionRetries;
  #http: RunningHttpServer | null = null;
  #session: DatabaseSession | null = null;
  #loop: PublishLoop | null = null;
  #stopped: Promise<void> | null = null;
  finished: Promise<void> = Promise.resolve();

  constructor(
    settings: RelaySettings,
    logger: Logger,
    metrics: RelayMetrics,
    publisher: LanePublisher,
    clock: DatabaseClock,
  ) {
    this.#clock = clock;
    this.#metrics = metrics;
    this.#settings = settings;
    this.#logger = logger;
    this.#registry = new SchemaRegistry({
      url: settings.registryUrl,
      autoRegister: settings.autoRegister,
      timeoutMs: settings.connectTimeoutMs,
    });
    this.#publisher = publisher;
    const isExactlyOnce = settings.delivery === "exactly-once";
    const groups = isExactlyOnce ? SHARD_GROUPS : 0;
    this.#transactionalLanes = Array.from({ length: groups }, () => publisher.openTransactionalLane());
    this.#lanes = isExactlyOnce
      ? this.#transactionalLanes
      : Array.from({ length: settings.lanes }, (_, index) => publisher.openLane(`lane-${index}`));
    this.#retries = new SessionRetries({ retryMaxMs: settings.retryMaxMs, now: () => performance.now() });
    const { clientId: name } = settings;
    this.#instance = { id: randomUUID(), name, host: hostname(), pid: process.pid, version: packageVersion };
  }

  get httpUrl(): string {
    return this.#http?.url ?? "";
  }

  async start(): Promise<void> {
    const { httpHost, httpPort } = this.#settings;
    this.#http = await startHttpServer({
      host: httpHost,
      port: httpPort,
      health: this.#health,
      metrics: this.#metrics,
    });
    this.#session = await this.#openSession();
    await this.#reachRegistry();
    await this.#reachBroker();
    this.#health.clear("starting");
    const { id: instance } = this.#instance;
    this.#logger.info({ httpUrl: this.httpUrl, brokers: this.#settings.brokers, instance }, "relay started");
    this.finished = this.#run(this.#session);
    this.finished.catch(() => {}); // whoever does not look at `finished` still gets the log line
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Lets go of everything at once. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#session?.close();
    await this.#publisher.disconnect();
    await this.#http?.stop();
  }

  async #stop(): Promise<void> {
    this.#health.set("stopping", "the relay is stopping");
    this.#stopping.abort();
    const grace = new AbortController();
    const graceful = await Promise.race([
      this.finished.then(
        () => true,
        () => true, // told by `finished`
      ),
      abortableDelay(this.#settings.graceMs, grace.signal).then(() => false),
    ]);
    grace.abort();
    if (!graceful) {
      this.#logger.warn(
        { graceMs: this.#settings.graceMs },
        "the grace time is over: what is in flight may come again",
      );
      this.#session?.destroy();
    }
    await this.close();
    this.#logger.info("relay stopped");
  }

  /** One session after another, until stopped or until going on could lose events. */
  async #run(first: DatabaseSession): Promise<void> {
    try {
      let session: DatabaseSession | null = first;
      while (session !== null) {
        await this.#useSession(session);
        session = this.#stopping.signal.aborted ? null : await this.#reopenSession();
      }
    } catch (error) {
      this.#logger.fatal({ code: RelayError.is(error) ? error.code : "UNEXPECTED" }, messageOf(error));
      throw error;
    }
  }

  async #useSession(session: DatabaseSession): Promise<void> {
    this.#session = session;
    const metrics = this.#metrics;
    const monitor = new BacklogMonitor({ session, metrics, publishedId: () => loop.publishedId });
    const { clockAheadMs } = session;
    this.#clock.aheadMs = clockAheadMs;
    metrics.databaseSessions.inc();
    metrics.clockOffsetSeconds.set(clockAheadMs / 1_000);
    const instances = () => session.leases.instances;
    const onProgress = () => {
      retention.noteSave();
      this.#noteProgress();
    };
    const observer = new LoopReporter({
      health: this.#health,
      metrics,
      logger: this.#logger,
      monitor,
      instances,
      clockAheadMs,
      onProgress,
    });
    const now = () => performance.now();
    const { deadLetters, watch } = createDeadLetters({
      session,
      settings: this.#settings,
      now,
      observer,
      onAsked: () => loop.wake(),
    });
    const loop = new PublishLoop({
      session,
      publisher: this.#publisher,
      lanes: this.#lanes,
      exactlyOnce: this.#exactlyOnce(session, observer),
      schemaIds: new SchemaIds((topic, schemaId) => this.#lookUpSchema(session, topic, schemaId)),
      problems: deadLetters,
      settings: this.#settings,
      now,
      observer,
    });
    const retention = new Retention({
      client: session.control,
      isOurs: () => session.leases.held.has(0),
      retentionHours: this.#settings.retentionHours,
      metrics,
      logger: this.#logger,
      now,
    });
    this.#loop = loop;
    try {
      this.#retries.opened();
      await watch.start();
      await session.leases.start();
      if (this.#settings.wakeOnNotify) await listenForEvents(session.control, () => loop.onHint());
      this.#health.clear("database");
      monitor.start();
      retention.start();
      await loop.run(this.#stopping.signal);
    } catch (error) {
      session.end(error);
      if (RelayError.is(error) && error.code === "CURSOR_FENCED") metrics.leaseChanges.inc({ change: "fenced" });
      if (RelayError.is(error) && error.code === "TRANSACTION_FENCED") this.#noteFencedTransaction(error);
      else this.#noteDatabaseFailure(error);
    } finally {
      watch.stop();
      monitor.stop();
      retention.stop();
      this.#loop = null;
      metrics.leases.set(0);
      // The next session reads anew: the row may be mended or gone by then.
      this.#health.clear("held");
      metrics.held.set(0);
      await session.close();
    }
  }

  async #reopenSession(): Promise<DatabaseSession | null> {
    while (!this.#stopping.signal.aborted) {
      this.#health.beat();
      await abortableDelay(this.#retries.pauseMs, this.#stopping.signal);
      if (this.#stopping.signal.aborted) break;
      try {
        return await this.#openSession();
      } catch (error) {
        this.#noteDatabaseFailure(error);
      }
    }
    return null;
  }

  #openSession(): Promise<DatabaseSession> {
    return openDatabaseSession({
      ...this.#settings,
      instance: this.#instance,
      now: () => performance.now(),
      onLeaseChange: () => this.#loop?.onLeaseChange(),
      warn: (message) => this.#logger.warn(message),
    });
  }

  async #lookUpSchema({ control }: DatabaseSession, topic: string, schemaId: bigint): Promise<number> {
    const schema = await readEventSchema(control, schemaId);
    if (schema !== null) return this.#registry.idOf(topic, schema);
    throw new RegistryProblem("schema-missing", `waybill.schema has no row with id ${schemaId}`);
  }

  #exactlyOnce(session: DatabaseSession, observer: LoopReporter): ExactlyOnce | null {
    const lanes = this.#transactionalLanes;
    return lanes.length === 0 ? null : new ExactlyOnce({ ...this.#settings, session, lanes, observer });
  }

  #noteFencedTransaction(error: RelayError): void {
    this.#metrics.errors.inc({ kind: "broker", reason: error.code });
    this.#logger.warn({ code: error.code }, error.message);
  }

  /** @throws RelayError when it is one that waiting cannot cure */
  #noteDatabaseFailure(error: unknown): void {
    const failure = describeDatabaseError(error, this.#settings.databaseUrl);
    if (failure.isRefusal) throw failure;
    const { code, message } = failure;
    this.#metrics.errors.inc({ kind: "database", reason: code });
    this.#health.set("database", message);
    const { isNews, failures, forMs } = this.#retries.failed(message);
    const seconds = Math.round(forMs / 1_000);
    const before = failures === 1 ? "" : ` ${failures} failures in ${seconds} s.`;
    const fields = { code, failures };
    if (isNews) this.#logger.error(fields, `${message}${before} The relay reconnects, with growing pauses.`);
    else this.#logger.debug(fields, message);
  }

  #noteProgress(): void {
    const series = this.#retries.worked();
    if (series === null) return;
    const seconds = Math.round(series.forMs / 1_000);
    this.#logger.info({ failures: series.failures }, `the database works again, after ${seconds} s`);
  }

  async #reachRegistry(): Promise<void> {
    try {
      await this.#registry.check();
    } catch (error) {
      throw new RelayError(
        "REGISTRY_UNREACHABLE",
        `cannot use the schema registry: ${messageOf(error)}. Check that it runs and that --registry-url ` +
          "(SCHEMA_REGISTRY_URL) is its base URL.",
        { cause: error },
      );
    }
  }

  async #reachBroker(): Promise<void> {
    try {
      await this.#publisher.connect();
      if (this.#transactionalLanes.length > 0) await ensureCursorTopic(this.#settings);
    } catch (error) {
      if (RelayError.is(error)) throw error;
      throw new RelayError(
        "BROKER_UNREACHABLE",
        `cannot connect to Kafka at ${this.#settings.brokers.join(", ")}: ${messageOf(error)}. Check that it runs, ` +
          "that --brokers (KAFKA_BROKERS) lists its bootstrap servers, and that --kafka-tls and --kafka-sasl-mechanism " +
          "(KAFKA_TLS, KAFKA_SASL_MECHANISM) are what that port speaks.",
        { cause: error },
      );
    }
  }
}
