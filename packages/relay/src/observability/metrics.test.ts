import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { bucketsMarkdown, metricsMarkdown, reservedMetricsMarkdown } from "./metrics-docs.ts";
import { type MetricDefinition, metricNames, metricsTable } from "./metrics-table.ts";
import { createMetrics } from "./metrics.ts";
import { OTHER_TOPICS } from "./topic-counter.ts";

const definitions: readonly MetricDefinition[] = metricNames.map((name) => metricsTable[name]);

it.each(definitions)("$name is named as Prometheus asks", ({ name, type, buckets, labels = {} }) => {
  expect(name).toMatch(/^waybill_relay_[a-z]+(_[a-z]+)*$/);
  expect(name.endsWith("_total")).toBe(type === "counter");
  expect(name).not.toMatch(/_(ms|milliseconds|kb|megabytes|percent|bucket|sum|count)(_|$)/);
  expect(buckets !== undefined).toBe(type === "histogram");
  expect(buckets?.upTo ?? []).toEqual([...(buckets?.upTo ?? [])].sort((a, b) => a - b));
  expect(Object.keys(labels)).toEqual(Object.keys(labels).filter((label) => /^[a-z]+$/.test(label) && label !== "le"));
});

it("exports what the table says, and nothing that is reserved", () => {
  const exported = createMetrics()
    .registry.getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => name.startsWith("waybill_"));
  expect(exported.sort()).toEqual(
    definitions
      .filter(({ reserved }) => reserved === undefined)
      .map(({ name }) => name)
      .sort(),
  );
});

it("exports a reserved metric as soon as something uses it", async () => {
  const metrics = createMetrics();
  metrics.outboxBytes.set(3);
  metrics.outboxBytes.set(5);
  expect(await metrics.registry.metrics()).toMatch(/^waybill_relay_outbox_bytes 5$/m);
});

it("exports failures before they happen, as 0", async () => {
  const text = await createMetrics().registry.metrics();
  expect(text).toContain('waybill_relay_errors_total{kind="record",reason="topic-missing"} 0');
  expect(text).toContain('waybill_relay_errors_total{kind="broker",reason="unavailable"} 0');
});

it("counts by name as many topics as it may, and the others together", async () => {
  const metrics = createMetrics();
  for (let n = 0; n < 1_000; n++) metrics.published.inc({ topic: `topic-${n}` }, 2);
  metrics.published.inc({ topic: "topic-0" });
  const { values } = await metrics.published.get();
  expect(values).toHaveLength(251);
  expect(values).toContainEqual({ value: 3, labels: { topic: "topic-0" } });
  expect(values).toContainEqual({ value: 1_500, labels: { topic: OTHER_TOPICS } });
});

describe("the sources", () => {
  const folder = `${import.meta.dirname}/..`;
  const text = globSync("**/*.ts", { cwd: folder })
    .filter((file) => !file.endsWith(".test.ts") && !file.startsWith("observability/metrics"))
    .map((file) => readFileSync(`${folder}/${file}`, "utf8"))
    .join("\n");
  const isFed = (name: string) => new RegExp(`metrics\\.${name}\\b|\\b${name}\\b[^{};]*\\} = metrics\\b`).test(text);

  it.each(metricNames)("feed %s, unless it is reserved", (name) => {
    const { reserved }: MetricDefinition = metricsTable[name];
    if (reserved !== undefined && isFed(name)) {
      throw new Error(`something feeds ${name} now: take \`reserved\` from its row, and update README.md`);
    }
    expect(isFed(name)).toBe(reserved === undefined);
  });
});

describe("README.md holds", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

  it("every metric that is exported, and no other", () => expect(readme).toContain(`\n\n${metricsMarkdown()}\n\n`));
  it("the buckets", () => expect(readme).toContain(`\n\n${bucketsMarkdown()}\n\n`));
  it("the reserved names", () => expect(readme).toContain(`\n\n${reservedMetricsMarkdown()}\n\n`));
});
