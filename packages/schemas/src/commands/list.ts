import type { Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { formatEventList, summarizeEvents } from "../event-list.ts";
import { formatTypeList, summarizeTypes } from "../shared-types/type-list.ts";
import { loadTree } from "./load.ts";

const help = `
One line for each event: its versions, with a bar between generations, those that are unreleased or
were edited after their release, its topic and the field with its key. Below, one line for each
version of a shared type, with the versions of events that it is part of.

Examples:
  $ schemas list
  $ schemas list --json | jq -r '.events[].event'
`;

interface ListOptions {
  readonly json?: true;
}

/** `schemas list`. */
export function addListCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("list")
    .summary("list the events with their versions, topics and keys")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .option("--json", "print JSON, with each generation's record name and registry subject")
    .addHelpText("after", help)
    .action((dir: string | undefined, options: ListOptions) => run(() => list(context, dir, options)));
}

async function list(context: CliContext, dir: string | undefined, options: ListOptions): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, dir);
  const events = summarizeEvents(tree, files.lock);
  const types = summarizeTypes(tree, files.lock);
  if (options.json !== true) {
    context.print(events.length === 0 ? 'No events yet: make one with "schemas new".\n' : formatEventList(events));
    if (types.length > 0) context.print(`\n${formatTypeList(types)}`);
    return 0;
  }
  const shown = events.map((event) => ({
    ...event,
    generations: event.generations.map((generation) => ({
      ...generation,
      versions: generation.versions.map((version) => ({ ...version, file: pathOf(version.file) })),
    })),
  }));
  const shownTypes = types.map((type) => ({ ...type, file: pathOf(type.file), imports: type.imports.map(pathOf) }));
  context.print(`${JSON.stringify({ events: shown, types: shownTypes }, null, 2)}\n`);
  return 0;
}
