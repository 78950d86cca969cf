import type { RelayMetrics } from "../metrics.ts";
import type { TransactionObserver } from "../publishers/wire/transactional-lane.ts";

/** Counts what transactional lanes do. */
export function transactionMetrics({ transactions, commitSeconds }: RelayMetrics): TransactionObserver {
  return {
    onCommitted(durationMs) {
      transactions.inc({ outcome: "committed" });
      commitSeconds.observe(durationMs / 1_000);
    },
    onAborted: () => transactions.inc({ outcome: "aborted" }),
  };
}
