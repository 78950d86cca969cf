import { parser } from "@prometheus-io/lezer-promql";
import { metricNames, metricsTable, type MetricDefinition } from "../src/observability/metrics-table.ts";
import { createMetrics } from "../src/observability/metrics.ts";

/** What a PromQL expression asks for. */
export interface PromQuery {
  /** Places where it is not PromQL. */
  readonly errors: readonly string[];
  readonly metrics: readonly string[];
  /** Labels that it matches or groups by. */
  readonly labels: readonly string[];
}

/** By Prometheus's own grammar, as its web interface uses it. */
export function parsePromQuery(expression: string): PromQuery {
  const errors: string[] = [];
  const metrics: string[] = [];
  const labels: string[] = [];
  parser.parse(expression).iterate({
    enter: ({ type, name, from, to, node }) => {
      const text = expression.slice(from, to);
      if (type.isError) errors.push(`at ${from}: ${expression.slice(from, from + 20)}`);
      if (name === "Identifier" && node.parent?.name === "VectorSelector") metrics.push(text);
      if (name === "LabelName") labels.push(text);
    },
  });
  return { errors, metrics, labels };
}

/** Prometheus adds them to what it scrapes. */
const scrapedLabels = ["job", "instance"];

/** What is wrong with an expression about the relay; null when nothing is. */
export function promQueryProblem(expression: string): string | null {
  const { errors, metrics, labels } = parsePromQuery(expression);
  if (errors.length > 0) return `is not PromQL: ${errors.join("; ")}`;
  if (metrics.length === 0) return "asks for no metric";
  const known = knownSeries();
  const unknown = metrics.filter((metric) => !known.has(metric));
  if (unknown.length > 0) return `asks for ${unknown.join(", ")}, which the relay does not have`;
  const allowed = new Set([...scrapedLabels, ...metrics.flatMap((metric) => known.get(metric) ?? [])]);
  const wrong = labels.filter((label) => !allowed.has(label));
  return wrong.length === 0 ? null : `names labels that its metrics do not have: ${wrong.join(", ")}`;
}

/** All series that a relay can export, with their labels. */
function knownSeries(): Map<string, readonly string[]> {
  const series = new Map<string, readonly string[]>();
  for (const { name } of createMetrics().registry.getMetricsAsArray()) series.set(name, []);
  for (const metric of metricNames) {
    const { name, type, labels = {} }: MetricDefinition = metricsTable[metric];
    const names = Object.keys(labels);
    series.set(name, names);
    if (type !== "histogram") continue;
    series.delete(name);
    series
      .set(`${name}_bucket`, [...names, "le"])
      .set(`${name}_sum`, names)
      .set(`${name}_count`, names);
  }
  return series;
}
