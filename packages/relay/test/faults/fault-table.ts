import type { DeliveryReport } from "../delivery-checker.ts";

/** What one run of one fault came to. */
export interface FaultResult extends DeliveryReport {
  readonly fault: string;
  /** Which relay, such as `2 relays, driver kafkajs`. */
  readonly relay: string;
  readonly seed: number;
  /** How many times the fault struck. */
  readonly strikes: number;
  /** Most repetitions that the run may have: so many events can have been in flight when a reply or a process was lost. */
  readonly mayRepeat: number;
  /** Whether events may be on the topic that the database has forgotten. */
  readonly mayForget: boolean;
}

/** What a run breaks of the budget: nothing, when it is well. */
export function brokenBudget(result: FaultResult): string[] {
  const { lost, inverted, repeated, phantom, mayRepeat, mayForget } = result;
  return [
    ...(lost > 0 ? [`${lost} events lost`] : []),
    ...(inverted > 0 ? [`${inverted} events inverted`] : []),
    ...(repeated > mayRepeat ? [`${repeated} events repeated, where at most ${mayRepeat} may be`] : []),
    ...(phantom > 0 && !mayForget ? [`${phantom} events on the topic that never committed`] : []),
  ];
}

/** The results as a Markdown table, a row for each fault and kind of relay, over all their runs. */
export function faultTable(results: readonly FaultResult[]): string {
  const header = [
    "| fault | relay | runs | strikes | events | lost | inverted | repeated (most allowed) | forgotten by the database | seeds |",
    "|---|---|---|---|---|---|---|---|---|---|",
  ];
  const groups = Map.groupBy(results, ({ fault, relay }) => `${fault} | ${relay}`);
  return [...header, ...[...groups].map(([name, runs]) => tableRow(name, runs))].join("\n");
}

function tableRow(name: string, runs: readonly FaultResult[]): string {
  const sum = (count: (run: FaultResult) => number) => runs.reduce((total, run) => total + count(run), 0);
  const cells = [
    name,
    runs.length,
    sum((run) => run.strikes),
    sum((run) => run.committed),
    sum((run) => run.lost),
    sum((run) => run.inverted),
    `${sum((run) => run.repeated)} (${sum((run) => run.mayRepeat)})`,
    sum((run) => run.phantom),
    [...new Set(runs.map(({ seed }) => seed))].join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}
