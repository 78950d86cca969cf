import { performance } from "node:perf_hooks";
import type { Logger } from "pino";
import { BacklogMonitor } from "./backlog-monitor.ts";
import { type DatabaseSession, openDatabaseSession } from "./database-session.ts";
import { messageOf, RelayError } from "./errors.ts";
import { Health } from "./health.ts";
import { startHttpServer, type RunningHttpServer } from "./http-server.ts";
import { createLogger } from "./logger.ts";
import { createMetrics, type RelayMetrics } from "./metrics.ts";
import { abortableDelay } from "./abortable-delay.ts";
import { KafkajsPublisher } from "./publishers/kafkajs.ts";
import type { Publisher } from "./publishers/publisher.ts";
import { PublishLoop } from "./publish-loop.ts";
import { Retention } from "./retention.ts";
import { SchemaRegistry } from "./schema-registry.ts";
import { completeSettings, type RelayOptions, type RelaySettings } from "./settings.ts";
import { backoffMs } from "./backoff.ts";

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

/** All 64 of them: one instance publishes everything. */
const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);

/**
 * Starts a relay in this process.
 *
 * @throws RelayError when the settings are wrong, or when the database, the broker or the registry cannot be used. Once
 *   started, the relay rides out their failures.
 */
export async function startRelay(options: RelayOptions, environment: RelayEnvironment = {}): Promise<RunningRelay> {
  const settings = completeSettings(options);
  const logger = environment.logger ?? createLogger(settings.logLevel);
  const relay = new Relay(settings, logger);
  try {
    await relay.start();
  } catch (error) {
    await relay.close();
    throw error;
  }
  return relay;
}

class Relay implements RunningRelay {
  readonly #settings: RelaySettings;
  readonly #logger: Logger;
  readonly #metrics: RelayMetrics = createMetrics();
  readonly #health = new Health(() => performance.now());
  readonly #registry: SchemaRegistry;
  readonly #publisher: Publisher;
  readonly #stopping = new AbortController();
  #http: RunningHttpServer | null = null;
  #session: DatabaseSession | null = null;
  #stopped: Promise<void> | null = null;
  finished: Promise<void> = Promise.resolve();

  constructor(settings: RelaySettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
    this.#registry = new SchemaRegistry({
      url: settings.registryUrl,
      autoRegister: settings.autoRegister,
      timeoutMs: settings.connectTimeoutMs,
    });
    this.#publisher = new KafkajsPublisher({
      ...settings,
      log: (message) => logger.debug({ from: "kafkajs" }, message),
    });
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
    this.#logger.info({ httpUrl: this.httpUrl, brokers: this.#settings.brokers }, "relay started");
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
    const monitor = new BacklogMonitor({ session, metrics: this.#metrics });
    const loop = new PublishLoop({
      session,
      monitor,
      publisher: this.#publisher,
      registry: this.#registry,
      settings: this.#settings,
      health: this.#health,
      metrics: this.#metrics,
      logger: this.#logger,
    });
    const retention = new Retention({
      client: session.client,
      retentionHours: this.#settings.retentionHours,
      metrics: this.#metrics.retention,
      logger: this.#logger,
      now: () => performance.now(),
    });
    monitor.start();
    retention.start();
    try {
      await loop.run(this.#stopping.signal);
    } catch (error) {
      if (RelayError.is(error) && error.isRefusal) throw error;
      this.#noteDatabaseFailure(error);
    } finally {
      monitor.stop();
      retention.stop();
      await session.close();
    }
  }

  async #reopenSession(): Promise<DatabaseSession | null> {
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      this.#health.beat();
      await abortableDelay(backoffMs(attempt, this.#settings.retryMaxMs), this.#stopping.signal);
      if (this.#stopping.signal.aborted) break;
      try {
        const session = await this.#openSession();
        this.#health.clear("database");
        this.#logger.info("database connected again");
        return session;
      } catch (error) {
        if (RelayError.is(error) && error.isRefusal) throw error;
        this.#noteDatabaseFailure(error);
      }
    }
    return null;
  }

  #openSession(): Promise<DatabaseSession> {
    return openDatabaseSession({
      ...this.#settings,
      shards: SHARDS,
      now: () => performance.now(),
      warn: (message) => this.#logger.warn(message),
    });
  }

  #noteDatabaseFailure(error: unknown): void {
    this.#metrics.errors.inc({ kind: "database" });
    const isNews = this.#health.set("database", messageOf(error));
    const fields = { code: RelayError.is(error) ? error.code : "DATABASE_UNREACHABLE" };
    if (isNews) this.#logger.error(fields, `${messageOf(error)} The relay reconnects.`);
    else this.#logger.debug(fields, messageOf(error));
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
    } catch (error) {
      throw new RelayError(
        "BROKER_UNREACHABLE",
        `cannot connect to Kafka at ${this.#settings.brokers.join(", ")}: ${messageOf(error)}. Check that it runs and ` +
          "that --brokers (KAFKA_BROKERS) lists its bootstrap servers.",
        { cause: error },
      );
    }
  }
}
