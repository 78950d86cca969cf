import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Run } from "./run-schemas.ts";

/** A composite action, as far as this project's has parts. */
export interface CompositeAction {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: "composite"; readonly steps: readonly ActionStep[] };
}

interface ActionStep {
  readonly id?: string;
  readonly name: string;
  readonly if?: string;
  readonly shell?: string;
  readonly "working-directory"?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** What an action left behind. */
export interface ActionRun extends Run {
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** The other actions that it called, with their inputs. */
  readonly uses: readonly { readonly uses: string; readonly with: Readonly<Record<string, string>> }[];
}

type Values = ReadonlyMap<string, string>;

/** The action in a file. */
export async function readAction(file: URL): Promise<CompositeAction> {
  return parse(await readFile(file, "utf8")) as CompositeAction;
}

/** Runs the scripts of an action in a checkout, with the variables and options of a runner. Calls no other action. */
export async function runAction(
  action: CompositeAction,
  workspace: string,
  given: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
  event: Readonly<Record<string, string>> = {},
): Promise<ActionRun> {
  await mkdir(join(workspace, ".runner"), { recursive: true });
  const runner = await mkdtemp(join(workspace, ".runner", "job-"));
  const summary = join(runner, "summary");
  await writeFile(summary, "");
  const values = new Map<string, string>();
  for (const [name, input] of Object.entries(action.inputs)) values.set(`inputs.${name}`, given[name] ?? input.default);
  for (const [name, value] of Object.entries(event)) values.set(`github.event.${name}`, value);
  const runs: Run[] = [];
  const uses: ActionRun["uses"][number][] = [];
  for (const [index, step] of action.runs.steps.entries()) {
    const hasFailed = runs.some(({ code }) => code !== 0);
    if (!(step.if === undefined ? !hasFailed : isTrue(step.if, values))) continue;
    if (step.uses !== undefined) {
      uses.push({ uses: step.uses, with: fillAll(step.with, values) });
      continue;
    }
    const output = join(runner, `output-${index}`);
    await writeFile(output, "");
    const cwd = join(workspace, fill(step["working-directory"] ?? ".", values));
    const run = await runBash(step.run ?? "", cwd, {
      ...env,
      ...fillAll(step.env, values),
      GITHUB_WORKSPACE: workspace,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: output,
      RUNNER_TEMP: runner,
    });
    runs.push(run);
    for (const line of (await readFile(output, "utf8")).split("\n").filter((line) => line !== "")) {
      const [, name = "", value = ""] = /^([^=]+)=(.*)$/.exec(line) ?? [];
      values.set(`steps.${step.id}.outputs.${name}`, value);
    }
  }
  return {
    code: runs.find(({ code }) => code !== 0)?.code ?? 0,
    stdout: runs.map(({ stdout }) => stdout).join(""),
    stderr: runs.map(({ stderr }) => stderr).join(""),
    summary: await readFile(summary, "utf8"),
    outputs: Object.fromEntries(Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value, values)])),
    uses,
  };
}

/** Runs a script with the options that GitHub and GitLab give to bash. */
export function runBash(script: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd,
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const expression = /\$\{\{ *(.*?) *\}\}/g;

function fillAll(texts: Readonly<Record<string, string>> = {}, values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, fill(text, values)]));
}

/** An unknown value is empty, as it is to GitHub. */
function fill(text: string, values: Values): string {
  return text.replaceAll(expression, (_match, name: string) => values.get(name) ?? "");
}

/** Knows the terms that the action uses, and refuses others. */
function isTrue(condition: string, values: Values): boolean {
  const [, terms = ""] = /^\$\{\{ (.*) \}\}$/.exec(condition) ?? [];
  return terms.split(" && ").every((term) => {
    if (term === "!cancelled()") return true;
    const [, name = "", operator, literal] = /^(\S+) (==|!=) '(.*)'$/.exec(term) ?? [];
    if (operator === undefined) throw new Error(`unknown term in a condition: ${term}`);
    return ((values.get(name) ?? "") === literal) === (operator === "==");
  });
}
