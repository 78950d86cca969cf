import type { ProviderLatencies } from "../providers/latency.ts";
import type { Ledger } from "./books.ts";
import type { DeliveryReport } from "./delivery-check.ts";
import type { OutcomeReport } from "./outcome-check.ts";
import { percentile } from "./percentile.ts";
import type { Progress } from "./progress.ts";
import { formatTable } from "./table.ts";
import { paint, type Terminal } from "./terminal.ts";

/** Everything that the demo has measured and counted. */
export interface DemoResult {
  readonly outcomes: OutcomeReport;
  readonly delivery: DeliveryReport;
  readonly ledgers: readonly Ledger[];
  readonly responses: ResponseTimes;
  /** The chain of one delivered order, drawn. */
  readonly tree: readonly string[];
  readonly treeOrderId: string;
}

/** Milliseconds from request to answer, as the client saw them. */
export interface ResponseTimes {
  readonly withEvents: readonly number[];
  readonly synchronous: readonly number[];
  readonly concurrency: number;
  readonly latencies: ProviderLatencies;
}

/** All that speaks against the run, a sentence each. Empty: the demo has proved what it promises. Pure. */
export function findingsOf({ outcomes, delivery, ledgers }: DemoResult): string[] {
  const unbalanced = ledgers
    .filter(({ counted, expected }) => counted !== expected)
    .map(({ claim, counted, expected }) => `unbalanced: ${claim}: ${counted}, not ${expected}`);
  return [...outcomes.findings, ...delivery.findings, ...unbalanced];
}

/** Prints the tables. */
export function printReport(terminal: Terminal, progress: Progress, result: DemoResult): void {
  const { outcomes, delivery, ledgers, tree, treeOrderId } = result;
  progress.heading("Orders by outcome");
  terminal.write(formatTable(["outcome", "orders"], Object.entries(outcomes.counts)));

  progress.heading("Events by type: written to the outbox, found on the topics");
  const typeRows = delivery.types.map(({ type, outbox, topic, copies }) => [type, outbox, topic, copies] as const);
  const sum = (column: 1 | 2 | 3) => typeRows.reduce((total, row) => total + row[column], 0);
  const header = ["event", "outbox", "topic", "sent again"];
  terminal.write(formatTable(header, [...typeRows, ["total", sum(1), sum(2), sum(3)]]));

  progress.heading("Consumer groups: each event handled exactly once in effect");
  const groupRows = delivery.groups.map(({ groupId, expected, handled, absorbed }) => {
    return [groupId, expected, handled, absorbed];
  });
  terminal.write(formatTable(["group", "events for it", "in its inbox", "copies absorbed"], groupRows));

  progress.heading("Books that must balance");
  for (const { claim, counted, expected } of ledgers) {
    const mark = counted === expected ? paint(terminal, "green", "✓") : paint(terminal, "red", "✗");
    terminal.write(`  ${mark} ${claim}: ${counted} = ${expected}\n`);
  }

  printResponseTimes(terminal, progress, result.responses);

  progress.heading(`What order ${treeOrderId} set off`);
  for (const line of tree) terminal.write(`  ${line}\n`);
}

function printResponseTimes(terminal: Terminal, progress: Progress, responses: ResponseTimes): void {
  const { withEvents, synchronous, concurrency, latencies } = responses;
  progress.heading("How long the customer waits for the answer, in ms");
  const row = (name: string, times: readonly number[]) => {
    return [name, times.length, Math.round(percentile(times, 50)), Math.round(percentile(times, 99))];
  };
  const rows = [row("POST /orders, the rest by events", withEvents), row("all of it in the request", synchronous)];
  terminal.write(formatTable(["", "requests", "p50", "p99"], rows));
  terminal.write(
    paint(
      terminal,
      "dim",
      `  ${concurrency} at a time. Providers are simulated: payment ${latencies.paymentMs} ms (in both), carrier ` +
        `${latencies.carrierMs} ms, e-mail ${latencies.emailMs} ms.\n` +
        "  The first row was measured while all consumers and the relay were at work on this machine, the second\n" +
        "  while they were idle; the second sends one e-mail where the reactions send three.\n",
    ),
  );
}
