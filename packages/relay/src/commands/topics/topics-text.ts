import type { TopicPlan } from "../../kafka/topic-plan.ts";
import { textTable } from "../text-table.ts";

/** What was done about one topic; `topics ensure --json` prints a list of these. */
export interface TopicOutcome extends TopicPlan {
  readonly action: "created" | "exists" | "would create" | "failed";
  /** Why it could not be created. */
  readonly problem: string | null;
}

/** The outcome for people. */
export function topicsText(outcomes: readonly TopicOutcome[]): string {
  if (outcomes.length === 0) return "no topics: nothing to do\n";
  const table = textTable(
    [
      { title: "TOPIC" },
      { title: "STATE" },
      { title: "PARTITIONS", align: "right" },
      { title: "REPLICAS", align: "right" },
      { title: "SETTINGS" },
    ],
    outcomes.map(({ topic, action, partitions, replicationFactor, configs }) => [
      topic,
      action,
      String(partitions),
      String(replicationFactor),
      Object.entries(configs)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
    ]),
  );
  const notes = outcomes.flatMap(({ topic, problem, differences }) => [
    ...(problem === null ? [] : [`${topic}: not created: ${problem}`]),
    ...differences.map((difference) => `${topic} is left as it is: ${difference}`),
  ]);
  return `${[...table, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n")}\n`;
}
