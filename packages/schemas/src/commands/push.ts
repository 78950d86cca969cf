import type { Command } from "commander";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { countFindings } from "../finding.ts";
import { applyPush, planPush, type SubjectPlan } from "../push.ts";
import { formatPlan } from "../push-report.ts";
import { createRegistryClient } from "../registry-client.ts";
import { countChecked, formatText, plural } from "../report.ts";
import { unreleasedOf } from "../rules/release.ts";
import { type LoadedTree, loadTree } from "./load.ts";

const help = `
Shows the plan first: every subject with each of its versions as new, unchanged or incompatible.
Then registers what is new, in version order, each generation under its own subject
<topic>-<record name>. A new subject gets the config's compatibility mode; the mode of an existing
one is left alone and any difference shown. Every schema is read back and compared. Running it
again registers nothing twice.

A person on a terminal is asked before anything is written; --yes answers. Without a terminal, or
with CI set in the environment, it never asks: it writes, unless --dry-run is given.

The registry: --registry, else SCHEMA_REGISTRY_URL, else "registry.url" of the config. A user and
password in the URL are sent as basic authentication and never shown.

Examples:
  $ schemas push --registry http://localhost:8081 --dry-run
  $ schemas push --registry https://user:password@registry.example.com --yes
`;

interface PushOptions {
  readonly registry?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly includeUnreleased?: true;
}

/** `schemas push`. */
export function addPushCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("push")
    .summary("register what a schema registry lacks")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .option("--registry <url>", "address of the registry (env: SCHEMA_REGISTRY_URL)")
    .option("--dry-run", "show the plan, and write nothing")
    .option("--yes", "do not ask")
    .option("--include-unreleased", "push unreleased versions too, to a registry for development")
    .addHelpText("after", help)
    .action((dir: string | undefined, options: PushOptions) => run(() => push(context, dir, options)));
}

async function push(context: CliContext, dir: string | undefined, options: PushOptions): Promise<ExitCode> {
  const loaded = await loadTree(context, dir);
  const url = options.registry ?? context.env["SCHEMA_REGISTRY_URL"] ?? loaded.tree.config.registryUrl;
  if (!url) {
    throw new SchemasError(
      "usage",
      'No registry is named. Give --registry <url>, set SCHEMA_REGISTRY_URL, or set "registry": { "url": … } in the config.',
    );
  }
  const client = createRegistryClient({ url });
  if (!isFitToPush(context, loaded, options)) return 1;
  const plan = await planPush(loaded.tree, client);
  context.print(formatPlan(client.url, plan));
  const steps = plan.flatMap((subject) => subject.steps);
  if (steps.some(({ state }) => state === "incompatible" || state === "altered")) {
    context.printError("error: Nothing was registered: the registry cannot take every version of the tree as it is.\n");
    return 1;
  }
  const count = steps.filter(({ state }) => state === "new").length;
  if (count === 0 || options.dryRun === true) return 0;
  if (!(await mayWrite(context, options, count, client.url))) {
    context.print("Nothing was registered.\n");
    return 0;
  }
  return apply(context, plan, client);
}

/** Offline, before any request: the rules hold, and what is pushed can no longer change. */
function isFitToPush(context: CliContext, { files, tree, pathOf }: LoadedTree, options: PushOptions): boolean {
  const findings = checkTree(tree, files.lock);
  if (countFindings(findings).error > 0) {
    context.print(formatText(findings, countChecked(tree), pathOf));
    context.printError("error: Nothing was pushed. Correct the errors above first.\n");
    return false;
  }
  const unreleased = tree.events.flatMap((event) =>
    unreleasedOf(event, files.lock).map(({ version }) => `${event.name.type} v${version}`),
  );
  if (unreleased.length === 0 || options.includeUnreleased === true) return true;
  context.printError(
    `error: Nothing was pushed: ${plural(unreleased.length, "version")} may still change (${unreleased.join(", ")}). Lock them with "schemas release", or give --include-unreleased for a registry that only development uses.\n`,
  );
  return false;
}

async function mayWrite(context: CliContext, options: PushOptions, count: number, url: string): Promise<boolean> {
  const isAutomated = !context.isInteractive || Boolean(context.env["CI"]);
  if (options.yes === true || isAutomated) return true;
  return context.confirm(`Register ${plural(count, "schema")} at ${url}?`);
}

async function apply(
  context: CliContext,
  plan: readonly SubjectPlan[],
  client: ReturnType<typeof createRegistryClient>,
): Promise<ExitCode> {
  try {
    for await (const { step, id } of applyPush(plan, client)) {
      context.print(`Registered ${step.type} v${step.version} as id ${id}\n`);
    }
    return 0;
  } catch (error) {
    // Two new versions of one subject can be incompatible by a mode that only the registry has.
    if (!SchemasError.is(error) || error.code !== "registry-incompatible") throw error;
    context.printError(`error: ${error.message}\n`);
    return 1;
  }
}
