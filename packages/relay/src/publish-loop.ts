import type { Logger } from "pino";
import { abortableDelay } from "./abortable-delay.ts";
import type { BacklogMonitor } from "./backlog-monitor.ts";
import type { DatabaseSession } from "./database-session.ts";
import type { EventProblem } from "./framer.ts";
import type { Health, HealthCondition } from "./health.ts";
import { Lane, type LaneObserver } from "./lane.ts";
import type { RelayMetrics } from "./metrics.ts";
import { eventBytes } from "./outbox-event.ts";
import type { Batch } from "./outbox-reader.ts";
import { nextPollDelayMs } from "./poll-delay.ts";
import type { OutgoingRecord, Publisher } from "./publishers/publisher.ts";
import { SchemaIds } from "./schema-ids.ts";
import { RegistryProblem, type SchemaRegistry } from "./schema-registry.ts";
import { remedyOf } from "./send-verdict.ts";
import type { RelaySettings } from "./settings.ts";
import { readEventSchema } from "./sql/event-schema.ts";

export interface PublishLoopOptions {
  readonly session: DatabaseSession;
  readonly monitor: BacklogMonitor;
  readonly publisher: Publisher;
  readonly registry: SchemaRegistry;
  readonly settings: RelaySettings;
  readonly health: Health;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
}

/** Read, publish, checkpoint; again. Lives as long as its session. */
export class PublishLoop {
  readonly #options: PublishLoopOptions;
  readonly #lane: Lane;
  #batch: Batch | null = null;
  #delayMs: number;

  constructor(options: PublishLoopOptions) {
    this.#options = options;
    this.#delayMs = options.settings.pollBusyMs;
    this.#lane = new Lane({
      publisher: options.publisher,
      schemaIds: new SchemaIds((topic, schemaId) => this.#lookUp(topic, schemaId)),
      retryMaxMs: options.settings.retryMaxMs,
      holdRetryMs: options.settings.holdRetryMs,
      observer: this.#observer(),
    });
  }

  /**
   * Until stopped, or until the session fails.
   *
   * @throws RelayError, or the database driver's error
   */
  async run(stopping: AbortSignal): Promise<void> {
    const { session, health, settings, monitor } = this.#options;
    const signal = AbortSignal.any([stopping, session.lost]);
    while (!signal.aborted) {
      health.beat();
      const found = await this.runOnce(signal);
      if (session.reader.isInWindow) continue;
      monitor.noteLook(found);
      this.#delayMs = nextPollDelayMs(this.#delayMs, found, settings);
      await abortableDelay(this.#delayMs, signal);
    }
    if (!stopping.aborted) session.lost.throwIfAborted();
  }

  /** One batch, if there is one. Tells whether there was. */
  async runOnce(signal: AbortSignal): Promise<boolean> {
    const { session, metrics, monitor } = this.#options;
    const batch = await session.reader.read();
    if (batch === null) {
      await session.reader.checkpointIdle();
      return false;
    }
    monitor.noteLook(true);
    this.#observeBatch(batch);
    this.#batch = batch;
    const isPublished = await this.#lane.publish(batch.events, signal);
    if (!isPublished) return true; // aborted: the cursor stays, and all of the batch comes again
    this.#observeDelay(batch);
    const savedIn = metrics.checkpointSeconds.startTimer();
    await session.reader.checkpoint(batch);
    savedIn();
    return true;
  }

  async #lookUp(topic: string, schemaId: bigint): Promise<number> {
    const schema = await readEventSchema(this.#options.session.client, schemaId);
    if (schema !== null) return this.#options.registry.idOf(topic, schema);
    throw new RegistryProblem("schema-missing", `waybill.schema has no row with id ${schemaId}`);
  }

  #observer(): LaneObserver {
    return {
      onPause: (problem, retryMs) => this.#onPause(problem, retryMs),
      onHold: (problem, acknowledged) => this.#onHold(problem, acknowledged),
      onAcknowledged: (records, sendMs) => this.#onAcknowledged(records, sendMs),
    };
  }

  #onPause({ reason, message }: EventProblem, retryMs: number): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    const condition: HealthCondition = reason === "registry-unavailable" ? "registry" : "broker";
    metrics.errors.inc({ kind: condition, reason });
    const isNews = health.set(condition, message);
    const text = `the ${condition} fails: ${message}. Publishing pauses; the relay goes on by itself.`;
    if (isNews) logger.error({ retryMs }, text);
    else logger.debug({ retryMs }, text);
  }

  async #onHold({ event, reason, message }: EventProblem, acknowledged: number): Promise<void> {
    const { health, metrics, logger, session } = this.#options;
    health.beat();
    health.clear("broker", "registry");
    metrics.errors.inc({ kind: "record", reason });
    metrics.held.set(1);
    const text =
      `outbox row ${event.id} for topic ${event.topic} cannot be published (${reason}): ${message}. ` +
      `${remedyOf(reason, event.topic)} Nothing after it is published until then; nothing is lost.`;
    const isNews = health.set("held", text, String(event.id));
    if (isNews) logger.error({ outboxId: String(event.id), topic: event.topic, reason }, text);
    if (this.#batch !== null) await session.reader.checkpointPart(this.#batch, acknowledged);
  }

  #onAcknowledged(records: readonly OutgoingRecord[], sendMs: number): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    metrics.sendSeconds.observe(sendMs / 1_000);
    for (const [topic, ofTopic] of Map.groupBy(records, (record) => record.topic)) {
      metrics.published.inc({ topic }, ofTopic.length);
    }
    if (health.clear("broker", "registry", "held")) logger.info("publishing again");
    metrics.lastAcknowledgedAt.setToCurrentTime();
    metrics.held.set(0);
  }

  #observeBatch({ events }: Batch): void {
    const { session, metrics } = this.#options;
    metrics.batches.inc({ mode: session.reader.isInWindow ? "backlog" : "steady" });
    metrics.batchEvents.observe(events.length);
    metrics.batchBytes.observe(events.reduce((bytes, event) => bytes + eventBytes(event), 0));
  }

  #observeDelay({ events }: Batch): void {
    const databaseNow = Date.now() + this.#options.session.clockAheadMs;
    for (const { occurredAt } of events) {
      this.#options.metrics.delaySeconds.observe(Math.max(0, databaseNow - occurredAt) / 1_000);
    }
  }
}
