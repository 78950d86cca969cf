import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { isNpmScope } from "../config.ts";
import { systemCodeOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import { type EventName, parseEventType } from "../event-name.ts";
import { starterFiles } from "../starter-files.ts";
import { displayPath } from "../tree-files.ts";
import { writeNewFile } from "./write-new-file.ts";

const help = `
Writes schemas.config.json and the first version of an event with an id and an instant, to build
on. Overwrites nothing.

Examples:
  $ schemas init
  $ schemas init services/desk/schemas --event tickets.ticket.opened --scope @acme-events
`;

interface InitOptions {
  readonly event: EventName;
  readonly scope: string;
  readonly out: string;
}

/** `schemas init`. */
export function addInitCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("init")
    .summary("make a schema tree with a first event")
    .argument("[dir]", "folder of the new tree", "schemas")
    .addOption(
      new Option("--event <event>", "the first event: domain.entity.action, in the past tense")
        .argParser(parseEvent)
        .default(parseEvent("orders.order.placed"), '"orders.order.placed"'),
    )
    .option("--scope <scope>", "npm scope of the generated packages", parseScope, "@events")
    .option("--out <folder>", "folder of the generated packages, relative to the tree", "../events")
    .addHelpText("after", help)
    .action((dir: string, options: InitOptions) => run(() => init(context, dir, options)));
}

function parseEvent(type: string): EventName {
  const name = parseEventType(type);
  if (name !== null) return name;
  throw new InvalidArgumentError("An event is domain.entity.action in lower case, such as orders.order.placed.");
}

function parseScope(scope: string): string {
  if (isNpmScope(scope)) return scope;
  throw new InvalidArgumentError("An npm scope looks like @acme-events.");
}

async function init(context: CliContext, dir: string, options: InitOptions): Promise<ExitCode> {
  const root = resolve(context.cwd, dir);
  const files = starterFiles(options.event, options);
  const shown = (path: string) => displayPath(context.cwd, join(root, path));
  for (const path of files.keys()) {
    if (await exists(join(root, path))) {
      throw new SchemasError(
        "file-exists",
        `"${shown(path)}" exists already, and nothing was written. Name another folder, or go on with the tree that is there.`,
      );
    }
  }
  for (const [path, text] of files) {
    await writeNewFile(join(root, path), shown(path), text);
    context.print(`Wrote ${shown(path)}\n`);
  }
  const tree = dir === "schemas" || dir === "." ? "" : ` ${dir}`;
  context.print(`Next: schemas check${tree}, then schemas release${tree} and schemas generate${tree}\n`);
  return 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    // Any other fault is for the write to report, with the path that it fails on.
    if (systemCodeOf(error) !== null) return false;
    throw error;
  }
}
