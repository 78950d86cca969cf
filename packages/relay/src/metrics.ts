import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { createRetentionMetrics, type RetentionMetrics } from "./retention-metrics.ts";

/** The relay's Prometheus metrics, in a registry of their own; the README's table lists them. */
export interface RelayMetrics {
  readonly registry: Registry;
  readonly published: Counter<"topic">;
  readonly errors: Counter<"kind">;
  readonly sendSeconds: Histogram;
  readonly delaySeconds: Histogram;
  readonly batchEvents: Histogram;
  readonly backlogEvents: Gauge;
  readonly backlogAgeSeconds: Gauge;
  readonly ready: Gauge;
  readonly held: Gauge;
  readonly retention: RetentionMetrics;
  readonly leases: Gauge;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(): RelayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const metrics: RelayMetrics = {
    registry,
    published: new Counter({
      name: "waybill_relay_events_published_total",
      help: "Events acknowledged by the broker.",
      labelNames: ["topic"],
      registers,
    }),
    errors: new Counter({
      name: "waybill_relay_errors_total",
      help: "Failed attempts, by what failed: database, broker, registry, record.",
      labelNames: ["kind"],
      registers,
    }),
    sendSeconds: new Histogram({
      name: "waybill_relay_send_duration_seconds",
      help: "From handing records to the broker to its acknowledgement.",
      buckets: SECONDS,
      registers,
    }),
    delaySeconds: new Histogram({
      name: "waybill_relay_event_delay_seconds",
      help: "From an event's INSERT to its acknowledgement, by the database's clock.",
      buckets: SECONDS,
      registers,
    }),
    batchEvents: new Histogram({
      name: "waybill_relay_batch_events",
      help: "Events in a batch read from the outbox.",
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
      registers,
    }),
    backlogEvents: new Gauge({
      name: "waybill_relay_backlog_events",
      help: "Committed events not yet published: exact up to 10,000, above that an upper bound.",
      registers,
    }),
    backlogAgeSeconds: new Gauge({
      name: "waybill_relay_backlog_oldest_age_seconds",
      help: "Age of the oldest unpublished event, by the database's clock; 0 when there is none.",
      registers,
    }),
    ready: new Gauge({
      name: "waybill_relay_ready",
      help: "1 when nothing keeps events from being published, else 0.",
      registers,
    }),
    held: new Gauge({
      name: "waybill_relay_held",
      help: "1 while publishing is held at an event that cannot be published, else 0.",
      registers,
    }),
    retention: createRetentionMetrics(registry),
    leases: new Gauge({
      name: "waybill_relay_leases",
      help: "Shard groups that this instance holds, of 8 in all.",
      registers,
    }),
  };
  for (const kind of ["database", "broker", "registry", "record"] as const) metrics.errors.inc({ kind }, 0);
  collectDefaultMetrics({ register: registry });
  return metrics;
}
