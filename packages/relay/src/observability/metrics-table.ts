import type { RelayErrorCode } from "../errors.ts";
import type { ProblemReason } from "../publishing/send-verdict.ts";
import type { HealthCondition } from "./health.ts";

/** One metric: a row of the table that the registry, the README and the tests are made from. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** Labels and what their values are: a few words each, so that the number of series is bounded. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Of a histogram. */
  readonly buckets?: Buckets;
  /**
   * The feature that will feed it. Such a metric has its name here so that dashboards and alerts can be written, but it
   * is exported only once something uses it.
   */
  readonly reserved?: string;
}

export interface Buckets {
  readonly upTo: readonly number[];
  readonly reason: string;
}

/** What {@link RelayMetrics.errors} can count, by kind; all of it is exported from the start, as 0. */
export const errorReasons = {
  database: ["CURSOR_FENCED", "DATABASE_IS_STANDBY", "DATABASE_UNREACHABLE"],
  broker: ["TRANSACTION_FENCED", "partition-missing", "unavailable"],
  registry: ["registry-unavailable"],
  record: [
    "headers-invalid",
    "not-authorized",
    "record-invalid",
    "record-too-large",
    "schema-missing",
    "schema-rejected",
    "schema-unknown",
    "topic-missing",
  ],
} as const satisfies Readonly<Record<string, readonly (RelayErrorCode | ProblemReason)[]>>;

export const healthConditions = [
  "starting",
  "database",
  "broker",
  "registry",
  "held",
  "stopping",
] as const satisfies readonly HealthCondition[];

const delays: Buckets = {
  upTo: [0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
  reason:
    "3, 10, 20 and 60 ms are what the relay promises; from 1 s on, how far behind it is after an outage, to half an hour",
};
const round: Buckets = {
  upTo: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  reason: "half a millisecond on one machine, 30 s at the broker's and 60 s at the database's time limit",
};

/** All metrics of the relay; README.md has them as a table. */
export const metricsTable = {
  published: {
    name: "waybill_relay_events_published_total",
    type: "counter",
    help: "Events acknowledged by the broker.",
    labels: { topic: "the first 250 topics by their names, all others as `other topics`" },
  },
  errors: {
    name: "waybill_relay_errors_total",
    type: "counter",
    help: "Failed attempts, also those that are repeated.",
    labels: {
      kind: Object.keys(errorReasons).join(", "),
      reason: "the code of the error or the reason of the problem",
    },
  },
  delaySeconds: {
    name: "waybill_relay_event_delay_seconds",
    type: "histogram",
    help: "From an event's INSERT to its acknowledgement, by the database's clock; long transactions count in.",
    buckets: delays,
  },
  sendSeconds: {
    name: "waybill_relay_send_duration_seconds",
    type: "histogram",
    help: "From handing records to the broker to its acknowledgement.",
    buckets: round,
  },
  checkpointSeconds: {
    name: "waybill_relay_checkpoint_duration_seconds",
    type: "histogram",
    help: "Saving the cursor after a batch.",
    buckets: round,
  },
  batches: {
    name: "waybill_relay_batches_total",
    type: "counter",
    help: "Batches read from the outbox.",
    labels: { mode: "steady: the relay keeps up; backlog: it works off more than one batch" },
  },
  batchEvents: {
    name: "waybill_relay_batch_events",
    type: "histogram",
    help: "Events of a batch read from the outbox.",
    buckets: {
      upTo: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 3_000, 10_000],
      reason: "3,000 is the default of --batch-size: at it, batches are full",
    },
  },
  batchBytes: {
    name: "waybill_relay_batch_bytes",
    type: "histogram",
    help: "Bytes of keys, payloads and headers of a batch.",
    buckets: {
      upTo: [1_000, 10_000, 100_000, 300_000, 1_000_000, 4_000_000, 16_000_000, 64_000_000],
      reason: "1,000,000 and 16,000,000 are the defaults of --max-request-bytes and --max-batch-bytes",
    },
  },
  backlogEvents: {
    name: "waybill_relay_backlog_events",
    type: "gauge",
    help: "Committed events not yet published, every 5 s: exact up to 10,000, above that an upper bound.",
  },
  backlogAgeSeconds: {
    name: "waybill_relay_backlog_oldest_age_seconds",
    type: "gauge",
    help: "Age of the oldest unpublished event, by the database's clock; 0 when there is none.",
  },
  lastAcknowledgedAt: {
    name: "waybill_relay_last_acknowledged_timestamp_seconds",
    type: "gauge",
    help: "When the broker last acknowledged an event, in seconds since 1970; 0 when it has not yet.",
  },
  ready: {
    name: "waybill_relay_ready",
    type: "gauge",
    help: "1 when nothing keeps events from being published, else 0.",
  },
  condition: {
    name: "waybill_relay_condition",
    type: "gauge",
    help: "1 for each condition that keeps the relay from being ready, else 0.",
    labels: { condition: healthConditions.join(", ") },
  },
  held: {
    name: "waybill_relay_held",
    type: "gauge",
    help: "1 while publishing is held at an event that cannot be published, else 0.",
  },
  databaseSessions: {
    name: "waybill_relay_database_sessions_total",
    type: "counter",
    help: "Sessions opened with the database: 1, and one more after every loss of the connection.",
  },
  clockOffsetSeconds: {
    name: "waybill_relay_database_clock_offset_seconds",
    type: "gauge",
    help: "How far the database's clock is ahead of this machine's. Delays are corrected by it; nothing else depends on it.",
  },
  leases: {
    name: "waybill_relay_leases",
    type: "gauge",
    help: "Shard groups that this instance holds; over all instances 8.",
  },
  leaseChanges: {
    name: "waybill_relay_lease_changes_total",
    type: "counter",
    help: "Shard groups that came and went.",
    labels: { change: "claimed, released; fenced: the instance lost all that it held, counted as one" },
  },
  instances: {
    name: "waybill_relay_instances",
    type: "gauge",
    help: "Living instances that this one knows of, itself among them.",
  },
  strands: {
    name: "waybill_relay_strands",
    type: "gauge",
    help: "Cursors that this instance reads with: 1 in steady state, more after it took groups over.",
  },
  polls: {
    name: "waybill_relay_polls_total",
    type: "counter",
    help: "Polls of the outbox that followed a pause.",
    labels: { after: "time: the pause was over; hint: an application had notified; wake: leases had changed" },
  },
  transactions: {
    name: "waybill_relay_transactions_total",
    type: "counter",
    help: "Kafka transactions of --delivery exactly-once: a batch's events of one shard group.",
    labels: { outcome: "committed; aborted: an event was refused, or the broker failed for too long" },
  },
  commitSeconds: {
    name: "waybill_relay_transaction_commit_duration_seconds",
    type: "histogram",
    help: "From asking for a transaction's commit to its acknowledgement; part of waybill_relay_send_duration_seconds.",
    buckets: round,
  },
  deadLetters: {
    name: "waybill_relay_dead_letters",
    type: "gauge",
    help: "Events that wait as dead letters, in the shard groups that this instance holds.",
    labels: { state: "parked: cannot be published; behind: follows such an event of its key" },
  },
  deadLettersParked: {
    name: "waybill_relay_dead_letters_parked_total",
    type: "counter",
    help: "Events that became dead letters, without those behind them.",
    labels: { reason: "as in waybill_relay_errors_total of kind record" },
  },
  deadLettersRedriven: {
    name: "waybill_relay_dead_letters_redriven_total",
    type: "counter",
    help: "Dead letters that were published after all.",
  },
  outboxBytes: {
    name: "waybill_relay_outbox_bytes",
    type: "gauge",
    help: "Size of the outbox's table on disk, with its indexes and TOAST tables.",
  },
  outboxOldestRowAgeSeconds: {
    name: "waybill_relay_outbox_oldest_row_age_seconds",
    type: "gauge",
    help: "Age of the oldest row of the outbox, published or not; 0 when there is none.",
  },
  ringFreeSlots: {
    name: "waybill_relay_ring_free_slots",
    type: "gauge",
    help: "Empty slots ahead of the one that takes new rows; at 0 the next one still has rows.",
  },
  ringOverrun: {
    name: "waybill_relay_ring_overrun",
    type: "gauge",
    help: "1 while new rows go to a slot that still holds rows of its last round, else 0.",
  },
  retentionRuns: {
    name: "waybill_relay_retention_runs_total",
    type: "counter",
    help: "Looks at slots of the outbox's ring that are past retention.",
    labels: {
      outcome: "emptied; locked: an open transaction was in the way; needed: it has unpublished rows",
    },
  },
  producerResets: {
    name: "waybill_relay_producer_resets_total",
    type: "counter",
    help: "Times that the wire driver took a new producer id: repetitions are possible at each.",
    reserved: "the wire driver",
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricsTable;

export const metricNames = Object.keys(metricsTable) as MetricName[];
