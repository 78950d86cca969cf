import type { RelayMetrics } from "../observability/metrics.ts";
import type { TransactionObserver } from "../publishers/wire/transactional-lane.ts";

/** Counts what transactional lanes do. */
export function transactionMetrics(metrics: RelayMetrics): TransactionObserver {
  return {
    onCommitted(durationMs) {
      metrics.transactions.inc({ outcome: "committed" });
      metrics.commitSeconds.observe(durationMs / 1_000);
    },
    onAborted: () => metrics.transactions.inc({ outcome: "aborted" }),
  };
}
