import type { Case, Sending } from "./cases.ts";
import { medianRatio, quantile } from "./quantiles.ts";

type Latencies = ReadonlyMap<Case, readonly number[]>;

/** A table of all cases; ratios are to the first case that sends in the same way. */
export function reportMarkdown(latencies: Latencies): string {
  const rows = [...latencies].map(([{ name, sending, limit }, values]) => {
    const base = baseOf(latencies, sending);
    const ratio = medianRatio(values, base, Math.random);
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(values, share).toFixed(2));
    const tail = (quantile(values, 0.99) / quantile(base, 0.99)).toFixed(2);
    const interval = `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}`;
    const shown = limit === undefined ? "" : `${limit.toFixed(2)}${ratio.value > limit ? ": exceeded" : ": met"}`;
    return `| ${name} | ${sending} | ${p50} | ${p99} | ${ratio.value.toFixed(2)} | ${interval} | ${tail} | ${shown} |`;
  });
  return [
    "| transaction with | sending | p50, ms | p99, ms | ratio of medians | its 95% interval | ratio of p99 | limit |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}

/** Whether the ratio of medians of every case with a limit is within it. */
export function isWithinLimits(latencies: Latencies): boolean {
  return [...latencies].every(
    ([{ sending, limit = Number.POSITIVE_INFINITY }, values]) =>
      quantile(values, 0.5) / quantile(baseOf(latencies, sending), 0.5) <= limit,
  );
}

function baseOf(latencies: Latencies, sending: Sending): readonly number[] {
  const [, values = []] = [...latencies].find(([each]) => each.sending === sending) ?? [];
  return values;
}
