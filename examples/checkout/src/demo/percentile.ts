/** The nearest-rank percentile. NaN without values. */
export function percentile(values: readonly number[], percent: number): number {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? Number.NaN;
}
