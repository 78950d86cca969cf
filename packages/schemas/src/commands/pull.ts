import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { AdoptedTree } from "../adopt-subjects.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { reasonOf, systemCodeOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import { planPull } from "../pull.ts";
import { createRegistryClient } from "../registry-client.ts";
import { plural } from "../report.ts";
import { displayPath } from "../tree-files.ts";
import { writeNewFile } from "./write-new-file.ts";

const help = `
Makes a schema tree of what a registry holds: the versions of every subject that is named as
"schemas push" names it, <topic>-<domain>.<entity>.<EntityAction>, with the config and with a lock
that holds them all as released. Subjects that are no events are left out, each with its reason, and
the exit code is then 1. The folder must be empty or new. The registry is only read.

The registry: --registry, else SCHEMA_REGISTRY_URL. A user and password in the URL are sent as basic
authentication, and neither shown nor written.

Examples:
  $ schemas pull schemas --registry http://localhost:8081 --dry-run
  $ schemas pull schemas --registry https://user:password@registry.example.com
`;

interface PullOptions {
  readonly registry?: string;
  readonly dryRun?: true;
}

/** `schemas pull`. */
export function addPullCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("pull")
    .summary("make a schema tree of what a registry holds")
    .argument("<dir>", "folder of the new tree")
    .option("--registry <url>", "address of the registry (env: SCHEMA_REGISTRY_URL)")
    .option("--dry-run", "show what would be adopted, and write nothing")
    .addHelpText("after", help)
    .action((dir: string, options: PullOptions) => run(() => pull(context, dir, options)));
}

async function pull(context: CliContext, dir: string, options: PullOptions): Promise<ExitCode> {
  const url = options.registry ?? context.env["SCHEMA_REGISTRY_URL"];
  if (!url) {
    throw new SchemasError("usage", "No registry is named. Give --registry <url>, or set SCHEMA_REGISTRY_URL.");
  }
  const root = resolve(context.cwd, dir);
  const shown = displayPath(context.cwd, root);
  await requireEmpty(root, shown);
  const client = createRegistryClient({ url });
  const plan = await planPull(client);
  context.print(formatPull(client.url, plan));
  if (plan.adopted.length === 0) {
    context.printError("error: Nothing was written: the registry holds no event that can be adopted.\n");
    return 1;
  }
  if (options.dryRun !== true) {
    for (const [path, text] of plan.files) await writeNewFile(join(root, path), `${shown}/${path}`, text);
    context.print(`Wrote ${plural(plan.files.size, "file")} to ${shown}\nNext: schemas check ${dir}\n`);
  }
  return plan.skipped.length === 0 ? 0 : 1;
}

async function requireEmpty(root: string, shown: string): Promise<void> {
  let entries: readonly string[];
  try {
    entries = await readdir(root);
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return;
    throw new SchemasError("file-unreadable", `Cannot read the folder "${shown}": ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  if (entries.length === 0) return;
  throw new SchemasError("file-exists", `"${shown}" is not empty, and nothing was written. Name a new folder.`);
}

function formatPull(url: string, { adopted, skipped, mode }: AdoptedTree): string {
  const lines = [
    `Registry ${url}`,
    "",
    ...adopted.map(({ name, texts }) => `adopt  ${name.type}, ${plural(texts.length, "version")}`),
    ...skipped.map(({ subject, reason }) => `skip   ${subject}: ${reason}`),
    ...(adopted.length > 0 && mode === null
      ? ["", "The subjects have several modes: the config keeps its default, FULL_TRANSITIVE. Correct it as you need."]
      : []),
    "",
    `${plural(adopted.length, "event")} to adopt, ${plural(skipped.length, "subject")} left out.`,
  ];
  return `${lines.join("\n")}\n`;
}
