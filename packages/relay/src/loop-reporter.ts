import type { Logger } from "pino";
import type { BacklogMonitor } from "./backlog-monitor.ts";
import type { EventProblem } from "./event-problems.ts";
import type { Health, HealthCondition } from "./health.ts";
import type { RelayMetrics } from "./metrics.ts";
import type { LoopObserver } from "./publish-loop.ts";
import { remedyOf } from "./send-verdict.ts";
import type { Batch } from "./strand.ts";

export interface LoopReporterOptions {
  readonly health: Health;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
  readonly monitor: BacklogMonitor;
  /** How far the database's clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number;
}

/** Tells logs, metrics and readiness what the loop does. */
export class LoopReporter implements LoopObserver {
  readonly #options: LoopReporterOptions;
  #heldEvent: number | null = null;

  constructor(options: LoopReporterOptions) {
    this.#options = options;
  }

  onRound(): void {
    this.#options.health.beat();
  }

  onLook(foundEvents: boolean): void {
    this.#options.monitor.noteLook(foundEvents);
  }

  onRead({ events }: Batch): void {
    this.#options.monitor.noteLook(true);
    this.#options.metrics.batchEvents.observe(events);
  }

  onLeases(held: readonly number[]): void {
    const { metrics, logger } = this.#options;
    metrics.leases.set(held.length);
    logger.info({ groups: [...held].sort((a, b) => a - b) }, "shard groups held");
  }

  onPause({ reason, message }: EventProblem, retryMs: number): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    const condition: HealthCondition = reason === "registry-unavailable" ? "registry" : "broker";
    metrics.errors.inc({ kind: condition });
    const isNews = health.set(condition, message);
    const text = `the ${condition} fails: ${message}. Publishing pauses; the relay goes on by itself.`;
    if (isNews) logger.error({ retryMs }, text);
    else logger.debug({ retryMs }, text);
  }

  onHold({ id, topic, reason, message }: EventProblem): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    health.clear("broker", "registry");
    metrics.errors.inc({ kind: "record" });
    metrics.held.set(1);
    const text =
      `outbox row ${id} for topic ${topic} cannot be published (${reason}): ${message}. ` +
      `${remedyOf(reason, topic)} Nothing after it is published until then; nothing is lost.`;
    health.set("held", text);
    if (this.#heldEvent !== id) logger.error({ outboxId: String(id), topic, reason }, text);
    this.#heldEvent = id;
  }

  onAcknowledged(byTopic: ReadonlyMap<string, number>, sendMs: number): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    metrics.sendSeconds.observe(sendMs / 1_000);
    for (const [topic, events] of byTopic) metrics.published.inc({ topic }, events);
    if (health.clear("broker", "registry", "held")) logger.info("publishing again");
    metrics.held.set(0);
    this.#heldEvent = null;
  }

  onPublished(_: Batch, occurredAtMs: Float64Array): void {
    const databaseNow = Date.now() + this.#options.clockAheadMs;
    for (const occurredAt of occurredAtMs) {
      this.#options.metrics.delaySeconds.observe(Math.max(0, databaseNow - occurredAt) / 1_000);
    }
  }
}
