/** The value that a share of all values is below. @param share from 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The ratio of two medians, and the interval that holds it with 95%. */
export interface Ratio {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 500;

/**
 * The ratio of the medians of paired measurements, with its bootstrap interval: pairs are drawn together, as what slows
 * the machine down for a while slows both down.
 */
export function medianRatio(values: readonly number[], base: readonly number[], random: () => number): Ratio {
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const drawn = values.map(() => Math.floor(random() * values.length));
    return quantile(at(values, drawn), 0.5) / quantile(at(base, drawn), 0.5);
  });
  return {
    value: quantile(values, 0.5) / quantile(base, 0.5),
    low: quantile(ratios, 0.025),
    high: quantile(ratios, 0.975),
  };
}

function at(values: readonly number[], indexes: readonly number[]): number[] {
  return indexes.map((index) => values[index] as number);
}
