import { parseArgs } from "node:util";
import { subjects } from "./subjects.ts";

export interface BenchOptions {
  /** Names of subjects. */
  readonly only: readonly string[];
  readonly workloads: readonly Workload[];
  /** Of a drain. */
  readonly events: number;
  /** Of a steady workload, after its warm-up. */
  readonly seconds: number;
  /** How often everything is measured; the table holds medians. */
  readonly runs: number;
  readonly json: boolean;
  /** Where CPU profiles go; null: none are taken. */
  readonly profileFolder: string | null;
  readonly help: boolean;
}

const WORKLOADS = ["drain", "1000", "5000"] as const;
/** A drain, or events per second. */
export type Workload = (typeof WORKLOADS)[number];

export const usage = `pnpm bench:relay [options]

  --only <names>       subjects, separated by commas: ${subjects.map(({ name }) => name).join(", ")}
  --workloads <names>  ${WORKLOADS.join(", ")}: a drain, or a rate in events per second
  --events <n>         events of a drain                              (500000)
  --seconds <n>        length of a steady workload                    (20)
  --runs <n>           measure everything so often, report medians    (1)
  --json               print results as JSON
  --profile <folder>   take CPU profiles of the relay, of each workload in a folder of its own, and print
                       the five most costly functions; a profiled run is slower, and no target is judged
`;

/** @throws Error naming every wrong option */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args].filter((arg) => arg !== "--"), // pnpm hands it on
    options: {
      only: { type: "string", default: subjects.map(({ name }) => name).join(",") },
      workloads: { type: "string", default: WORKLOADS.join(",") },
      events: { type: "string", default: "500000" },
      seconds: { type: "string", default: "20" },
      runs: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      profile: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const problems: string[] = [];
  const options = {
    only: namesOf(
      "only",
      values.only,
      subjects.map(({ name }) => name),
      problems,
    ),
    workloads: namesOf("workloads", values.workloads, WORKLOADS, problems),
    events: countOf("events", values.events, problems),
    seconds: countOf("seconds", values.seconds, problems),
    runs: countOf("runs", values.runs, problems),
    json: values.json,
    profileFolder: values.profile ?? null,
    help: values.help,
  };
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return options;
}

function namesOf<Name extends string>(flag: string, text: string, known: readonly Name[], problems: string[]): Name[] {
  const names = text.split(",").map((name) => name.trim());
  for (const name of names) {
    if (!known.includes(name as Name))
      problems.push(`--${flag}: ${JSON.stringify(name)} is none of ${known.join(", ")}`);
  }
  return known.filter((name) => names.includes(name));
}

function countOf(flag: string, text: string, problems: string[]): number {
  const count = Number(text);
  if (!(Number.isSafeInteger(count) && count > 0))
    problems.push(`--${flag}: ${JSON.stringify(text)} is no whole number above 0`);
  return count;
}
