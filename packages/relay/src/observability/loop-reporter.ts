import type { Logger } from "pino";
import type { DeadLetterObserver } from "../dead-letters/dead-letters.ts";
import type { ExactlyOnceObserver } from "../exactly-once/exactly-once.ts";
import type { EventProblem } from "../publishing/event-problems.ts";
import type { LoopObserver } from "../publishing/publish-loop.ts";
import { remedyOf } from "../publishing/send-verdict.ts";
import type { Batch } from "../reader/strand.ts";
import type { PauseEnd } from "../reader/wakeup.ts";
import type { DiscardedEvent } from "../sql/redrive-rows.ts";
import type { BacklogMonitor } from "./backlog-monitor.ts";
import type { Health } from "./health.ts";
import type { RelayMetrics } from "./metrics.ts";

export interface LoopReporterOptions {
  readonly health: Health;
  readonly metrics: RelayMetrics;
  readonly logger: Logger;
  readonly monitor: BacklogMonitor;
  /** How many instances live. */
  readonly instances: () => number;
  /** How far the database's clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number;
  /** A cursor was saved: the session works. */
  readonly onProgress: () => void;
}

/** Tells logs, metrics and readiness what the loop does. */
export class LoopReporter implements LoopObserver, DeadLetterObserver, ExactlyOnceObserver {
  readonly #options: LoopReporterOptions;
  #groups: readonly number[] = [];

  constructor(options: LoopReporterOptions) {
    this.#options = options;
  }

  onRound(strands: number): void {
    const { health, metrics, instances } = this.#options;
    health.beat();
    metrics.strands.set(strands);
    metrics.instances.set(instances());
  }

  onPauseEnd(end: PauseEnd): void {
    this.#options.metrics.polls.inc({ after: end });
  }

  onLook(foundEvents: boolean): void {
    this.#options.monitor.noteLook(foundEvents);
  }

  onRead({ events, bytes, next }: Batch): void {
    const { monitor, metrics } = this.#options;
    monitor.noteLook(true);
    metrics.batches.inc({ mode: next.s2 === null ? "steady" : "backlog" });
    metrics.batchEvents.observe(events);
    metrics.batchBytes.observe(bytes);
  }

  onSaved(durationMs: number): void {
    const { metrics, onProgress } = this.#options;
    metrics.checkpointSeconds.observe(durationMs / 1_000);
    onProgress();
  }

  onLeases(held: readonly number[]): void {
    const { metrics, logger } = this.#options;
    metrics.leases.set(held.length);
    metrics.leaseChanges.inc({ change: "claimed" }, held.filter((group) => !this.#groups.includes(group)).length);
    metrics.leaseChanges.inc({ change: "released" }, this.#groups.filter((group) => !held.includes(group)).length);
    this.#groups = held;
    logger.info({ groups: [...held].sort((a, b) => a - b) }, "shard groups held");
  }

  onTakenOver(groups: readonly number[]): void {
    this.#options.logger.info({ groups: [...groups].sort((a, b) => a - b) }, "shard groups taken over at the broker");
  }

  onPause({ reason, message }: EventProblem, retryMs: number): void {
    this.#notePause(reason === "registry-unavailable" ? "registry" : "broker", reason, message, retryMs);
  }

  #notePause(condition: "registry" | "broker", reason: string, message: string, retryMs: number): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    metrics.errors.inc({ kind: condition, reason });
    const isNews = health.set(condition, message);
    const text = `the ${condition} fails: ${message}. Publishing pauses; the relay goes on by itself.`;
    if (isNews) logger.error({ retryMs }, text);
    else logger.debug({ retryMs }, text);
  }

  onHold({ id, topic, reason, message }: EventProblem): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    health.clear("broker", "registry");
    metrics.errors.inc({ kind: "record", reason });
    metrics.held.set(1);
    const text =
      `outbox row ${id} for topic ${topic} cannot be published (${reason}): ${message}. ` +
      `${remedyOf(reason, topic)} Nothing after it is published until then; nothing is lost.`;
    const isNews = health.set("held", text, String(id));
    if (isNews) logger.error({ outboxId: String(id), topic, reason }, text);
  }

  onParked({ id, topic, reason, message }: EventProblem, events: number): void {
    const { health, metrics, logger } = this.#options;
    metrics.errors.inc({ kind: "record", reason });
    metrics.deadLettersParked.inc({ reason }, events);
    metrics.held.set(0);
    health.clear("held"); // publishing goes on, also when nothing else is there to be acknowledged
    const others = events === 1 ? "" : ` and ${events - 1} more like it`;
    logger.error(
      { outboxId: String(id), topic, reason, events },
      `outbox row ${id} for topic ${topic}${others} cannot be published (${reason}) and became a dead letter: ${message}. ` +
        `${remedyOf(reason, topic)} Then \`outbox-relay dead-letters redrive\`. All other keys go on.`,
    );
  }

  onFull({ id, topic, reason }: EventProblem): void {
    this.#options.logger.debug(
      { outboxId: String(id), topic, reason },
      `outbox row ${id} is not put aside: so many keys are held in its shard group that this is no matter of single events`,
    );
  }

  onRedriven(events: number): void {
    this.#options.metrics.deadLettersRedriven.inc(events);
    this.#options.logger.info({ events }, "dead letters published");
  }

  onRedriveFailed({ id, topic, reason, message }: EventProblem): void {
    const { metrics, logger } = this.#options;
    metrics.errors.inc({ kind: "record", reason });
    logger.error(
      { outboxId: String(id), topic, reason },
      `dead letter ${id} for topic ${topic} still cannot be published (${reason}): ${message}. ${remedyOf(reason, topic)}`,
    );
  }

  onDiscarded({ id, topic, reason, by, why }: DiscardedEvent): void {
    const fields = { outboxId: String(id), topic, ...(reason === null ? {} : { reason }), by, why };
    this.#options.logger.warn(
      fields,
      `dead letter ${id} for topic ${topic} was discarded by ${by}: it is gone for good`,
    );
  }

  onCounts({ parked, behind }: { readonly parked: number; readonly behind: number }): void {
    this.#options.metrics.deadLetters.set({ state: "parked" }, parked);
    this.#options.metrics.deadLetters.set({ state: "behind" }, behind);
  }

  onAcknowledged(byTopic: ReadonlyMap<string, number>, sendMs: number): void {
    const { health, metrics, logger } = this.#options;
    health.beat();
    metrics.sendSeconds.observe(sendMs / 1_000);
    for (const [topic, events] of byTopic) metrics.published.inc({ topic }, events);
    if (health.clear("broker", "registry", "held")) logger.info("publishing again");
    metrics.lastAcknowledgedAt.setToCurrentTime();
    metrics.held.set(0);
  }

  onClaimPause(message: string, retryMs: number): void {
    this.#notePause("broker", "unavailable", `cannot take over: ${message}`, retryMs);
  }

  onCursorIgnored(group: number, why: "adopted" | "failover"): void {
    const because =
      why === "adopted"
        ? "the database was adopted since"
        : "the database is on a later timeline, after a failover or a recovery: what was published since its own cursor " +
          "was saved comes again";
    this.#options.logger.warn({ groups: [group] }, `the cursor in Kafka is left aside: ${because}`);
  }

  onPublished(_: Batch, occurredAtMs: Float64Array): void {
    const databaseNow = Date.now() + this.#options.clockAheadMs;
    const delayOf = (occurredAt: number) => Math.max(0, databaseNow - occurredAt) / 1_000;
    this.#options.metrics.delaySeconds.observeEach(occurredAtMs, delayOf);
  }
}
