import type { DeliveryReport } from "../delivery-checker.ts";

/** What one run of one fault came to. */
export interface FaultResult extends DeliveryReport {
  readonly fault: string;
  readonly relays: number;
  /** As the relays' settings say, such as `wire` or `wire, exactly-once`. */
  readonly relay: string;
  readonly seed: number;
  readonly seconds: number;
  /** How many times the fault struck. */
  readonly strikes: number;
  /** Most repetitions that the run may have: so many events can have been in flight when a reply or a session was lost. */
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
    "| fault | driver | relays | runs | strikes | events | lost (0 allowed) | inverted (0 allowed) | duplicated | allowed | forgotten by the database | seconds each | seeds |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
  ];
  const groups = Map.groupBy(results, ({ fault, relay, relays }) => `${fault} | ${relay} | ${relays}`);
  return [...header, ...[...groups].map(([name, runs]) => tableRow(name, runs))].join("\n");
}

function tableRow(name: string, runs: readonly FaultResult[]): string {
  const sum = (count: (run: FaultResult) => number) => runs.reduce((total, run) => total + count(run), 0);
  const distinct = (values: readonly number[]) => [...new Set(values)].join(", ");
  const cells = [
    name,
    runs.length,
    sum((run) => run.strikes),
    sum((run) => run.committed),
    sum((run) => run.lost),
    sum((run) => run.inverted),
    sum((run) => run.repeated),
    sum((run) => run.mayRepeat),
    sum((run) => run.phantom),
    distinct(runs.map(({ seconds }) => seconds)),
    distinct(runs.map(({ seed }) => seed)),
  ];
  return `| ${cells.join(" | ")} |`;
}
