import { expect, it } from "@jest/globals";
import { Histogram, Registry } from "prom-client";
import { createBatchHistogram } from "./batch-histogram.ts";

const description = { name: "delay_seconds", help: "A delay.", buckets: [0.25, 0.5, 1] };
const VALUES = [0.25, 0.26, 3, 0, 0.5, 0.1, 1, 1.5, 0.75, 0.25];

function both() {
  const registry = new Registry();
  const peers = new Registry();
  const histogram = createBatchHistogram({ ...description, registers: [registry] });
  return { registry, peers, histogram, peer: new Histogram({ ...description, registers: [peers] }) };
}

it.each([
  { name: "a batch", batches: [VALUES] },
  { name: "several batches, one of them empty", batches: [VALUES.slice(0, 3), [], VALUES.slice(3)] },
  { name: "no batch", batches: [] },
])("exports of $name what prom-client does of each value", async ({ batches }) => {
  const { registry, peers, histogram, peer } = both();
  for (const batch of batches) {
    histogram.observeEach(
      Float64Array.from(batch, (value) => value * 1_000),
      (ms) => ms / 1_000,
    );
    for (const value of batch) peer.observe(value);
  }
  expect(await registry.metrics()).toBe(await peers.metrics());
  expect(await registry.getMetricsAsJSON()).toEqual(await peers.getMetricsAsJSON());
});

it("counts single values as well", async () => {
  const { registry, peers, histogram, peer } = both();
  histogram.observeEach(Float64Array.of(0.3, 2), (seconds) => seconds);
  histogram.observe(0.7);
  for (const value of [0.3, 2, 0.7]) peer.observe(value);
  expect(await registry.metrics()).toBe(await peers.metrics());
});
