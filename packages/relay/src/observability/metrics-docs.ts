import { type MetricDefinition, metricNames, metricsTable } from "./metrics-table.ts";

/** The README's table of the metrics that are exported, in Markdown. */
export function metricsMarkdown(): string {
  const rows = definitions()
    .filter(({ reserved }) => reserved === undefined)
    .map(
      (definition) => `| \`${definition.name}\` | ${definition.type} | ${labelsOf(definition)} | ${definition.help} |`,
    );
  return ["| metric | type | labels | what |", "|---|---|---|---|", ...rows].join("\n");
}

/** The README's table of the names that wait for their features. */
export function reservedMetricsMarkdown(): string {
  const rows = definitions()
    .filter(({ reserved }) => reserved !== undefined)
    .map(
      (definition) =>
        `| \`${definition.name}\` | ${definition.type} | ${labelsOf(definition)} | ${definition.help} | ${definition.reserved} |`,
    );
  return ["| reserved metric | type | labels | what | comes with |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** The README's table of buckets and their reasons. */
export function bucketsMarkdown(): string {
  const rows = definitions().flatMap(({ name, buckets }) =>
    buckets === undefined
      ? []
      : [`| \`${name}\` | ${buckets.upTo.map((upTo) => upTo.toLocaleString("en")).join(" · ")} | ${buckets.reason} |`],
  );
  return ["| histogram | buckets, up to | why these |", "|---|---|---|", ...rows].join("\n");
}

function labelsOf({ labels = {} }: MetricDefinition): string {
  return Object.entries(labels)
    .map(([name, values]) => `\`${name}\`: ${values}`)
    .join("<br>");
}

function definitions(): MetricDefinition[] {
  return metricNames.map((name) => metricsTable[name]);
}
