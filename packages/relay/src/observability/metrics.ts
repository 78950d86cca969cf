import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { type BatchHistogram, createBatchHistogram } from "./batch-histogram.ts";
import { errorReasons, type MetricDefinition, type MetricName, metricNames, metricsTable } from "./metrics-table.ts";
import { createTopicCounter } from "./topic-counter.ts";

type AnyMetric = Counter | Gauge | BatchHistogram;

type Labels<Definition> = Definition extends { readonly labels: infer Names } ? Extract<keyof Names, string> : never;

type MetricOf<Definition extends MetricDefinition> = {
  readonly counter: Counter<Labels<Definition>>;
  readonly gauge: Gauge<Labels<Definition>>;
  readonly histogram: BatchHistogram<Labels<Definition>>;
}[Definition["type"]];

/** The relay's Prometheus metrics, in a registry of their own. */
export type RelayMetrics = { readonly registry: Registry } & {
  readonly [Name in MetricName]: MetricOf<(typeof metricsTable)[Name]>;
};

/** Makes all metrics. A reserved one is registered when it is first used, so that nothing is exported that nobody feeds. */
export function createMetrics(): RelayMetrics {
  const registry = new Registry();
  const made = new Map<MetricName, AnyMetric>();
  const metrics = { registry };
  for (const name of metricNames) {
    const definition: MetricDefinition = metricsTable[name];
    const get = () => made.get(name) ?? keep(made, name, createMetric(definition, registry));
    if (definition.reserved === undefined) get();
    Object.defineProperty(metrics, name, { get, enumerable: true });
  }
  collectDefaultMetrics({ register: registry });
  // The properties were just defined, one for each row of the table, with the types that the rows say.
  const complete = metrics as unknown as RelayMetrics;
  exportZeros(complete);
  return complete;
}

/** A rate sees the first failure only when the counter was there before it, as 0. */
function exportZeros(metrics: RelayMetrics): void {
  const { errors, batches, polls, retentionRuns, deadLetters, deadLettersParked, transactions } = metrics;
  for (const [kind, reasons] of Object.entries(errorReasons)) {
    for (const reason of reasons) errors.inc({ kind, reason }, 0);
  }
  for (const outcome of ["committed", "aborted"]) transactions.inc({ outcome }, 0);
  for (const mode of ["steady", "backlog"]) batches.inc({ mode }, 0);
  for (const after of ["time", "hint", "wake"]) polls.inc({ after }, 0);
  for (const outcome of ["emptied", "locked", "needed"]) retentionRuns.inc({ outcome }, 0);
  for (const reason of errorReasons.record) deadLettersParked.inc({ reason }, 0);
  for (const state of ["parked", "behind"]) deadLetters.set({ state }, 0);
}

function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): Value {
  map.set(key, value);
  return value;
}

function createMetric(definition: MetricDefinition, registry: Registry): AnyMetric {
  const { name, help, type, labels = {}, buckets } = definition;
  const labelNames = Object.keys(labels);
  const options = { name, help, labelNames, registers: [registry] };
  switch (type) {
    case "counter":
      return "topic" in labels ? createTopicCounter({ ...options, labelNames: ["topic"] }) : new Counter(options);
    case "gauge":
      return new Gauge(options);
    case "histogram":
      return createBatchHistogram({ ...options, ...(buckets === undefined ? {} : { buckets: [...buckets.upTo] }) });
  }
}
