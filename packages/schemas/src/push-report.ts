import type { PushStep, SubjectPlan } from "./push.ts";
import { plural } from "./report.ts";

/** The plan as people read it before they say yes. */
export function formatPlan(url: string, plan: readonly SubjectPlan[]): string {
  const subjects = plan.map((subject) => `${formatSubject(subject)}\n`);
  return `Registry ${url}\n\n${subjects.join("")}\n${formatTotals(plan)}\n`;
}

function formatSubject({ subject, setMode, otherMode, steps }: SubjectPlan): string {
  const mode = [
    ...(setMode === null ? [] : [`  mode    ${setMode}, to be set as the subject is new`]),
    ...(otherMode === null ? [] : [`  mode    ${otherMode}, not the config's: left as it is`]),
  ];
  return [subject, ...mode, ...steps.flatMap(formatStep)].join("\n");
}

function formatStep({ version, state, id, reasons }: PushStep): readonly string[] {
  const what = {
    new: "new",
    unchanged: `unchanged, id ${id}`,
    incompatible: "incompatible with what the registry holds:",
    altered: `altered: the registry holds another schema for it, id ${id}`,
  }[state];
  return [`  ${`v${version}`.padEnd(7)} ${what}`, ...reasons.map((reason) => `            ${reason}`)];
}

function formatTotals(plan: readonly SubjectPlan[]): string {
  const steps = plan.flatMap(({ steps }) => steps);
  const count = (state: PushStep["state"]) => steps.filter((step) => step.state === state).length;
  const bad = count("incompatible") + count("altered");
  const parts = [`${plural(count("new"), "schema")} to register`, `${count("unchanged")} unchanged`];
  return `${[...parts, ...(bad === 0 ? [] : [`${bad} in the way`])].join(", ")}.`;
}
