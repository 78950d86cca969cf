import { Histogram, type HistogramConfiguration } from "prom-client";

/** A histogram that takes the values of a batch at once. */
export interface BatchHistogram<Label extends string = string> extends Histogram<Label> {
  /** Observes a value for each number of a batch, without labels. */
  observeEach(numbers: Float64Array, valueOf: (number: number) => number): void;
}

/**
 * prom-client's own `observe` costs 0.2 us, which was a tenth of what the relay takes for an event. Here neighbours, whose
 * values are mostly alike, cost two comparisons each, and prom-client's figures are added to when they are asked for.
 */
export function createBatchHistogram<Label extends string>(
  configuration: HistogramConfiguration<Label>,
): BatchHistogram<Label> {
  const own = new Histogram({ ...configuration, registers: [] });
  const bounds = Float64Array.from([...(configuration.buckets ?? []), Number.POSITIVE_INFINITY]);
  const counts = new Float64Array(bounds.length);
  let sum = 0;
  let bucket = 0;
  const observeEach = (numbers: Float64Array, valueOf: (number: number) => number) => {
    for (const number of numbers) {
      const value = valueOf(number);
      while (value > (bounds[bucket] as number)) bucket++;
      while (bucket > 0 && value <= (bounds[bucket - 1] as number)) bucket--;
      counts[bucket] = (counts[bucket] as number) + 1;
      sum += value;
    }
  };
  const countUpTo = (bound: number) =>
    counts.reduce((all, count, at) => ((bounds[at] as number) <= bound ? all + count : all), 0);
  const ofBatches = (metricName: string | undefined, le: string | number | undefined) => {
    if (metricName?.endsWith("_sum")) return sum;
    return countUpTo(typeof le === "number" ? le : Number.POSITIVE_INFINITY);
  };
  const get = async (): ReturnType<typeof own.get> => {
    const metric = await own.get();
    const values = metric.values.map((of) => {
      const le: string | number | undefined = Reflect.get(of.labels, "le");
      return { ...of, value: of.value + ofBatches(of.metricName, le) };
    });
    return { ...metric, values };
  };
  // A registry asks for a variant of `get` first that prom-client's types do not name.
  const histogram: BatchHistogram<Label> = Object.assign(Object.create(own), {
    observeEach,
    get,
    getForPromString: get,
  });
  for (const registry of configuration.registers ?? []) registry.registerMetric(histogram);
  return histogram;
}
