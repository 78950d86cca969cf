import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { Action, CliContext, ExitCode } from "./cli-context.ts";
import { SchemasError } from "./errors.ts";

const help = `
A schema tree is a folder with schemas.config.json and a file <domain>/<entity>.<action>/v<N>.avsc
for each version of each event, and types/<name>/v<N>.avsc for the types that they share. Commands
look for it here and in ./schemas.

Exit codes: 0 ok, 1 findings, 2 bad usage or input, or an unreachable registry,
3 the baseline of a check could not be reached.

Examples:
  $ schemas init                     make a tree with a first event in ./schemas
  $ schemas check                    check every version, before each commit and in CI
  $ schemas explain incompatible     say why a rule is there, and what to do
  $ schemas lint                     find what is valid but hurts later
  $ schemas release                  lock the versions that are ready for use
  $ schemas generate                 write the packages that applications import
  $ schemas push --dry-run           show what the registry lacks
  $ schemas new orders.order.placed  add an event, or the next version of one
  $ schemas diff orders.order.placed compare its newest version with the one before
  $ schemas consumers                show which services read which events
  $ schemas docs --out public        write a catalogue to browse
`;

/** Adds a command to the program. */
type AddCommand = (program: Command, context: CliContext, run: (action: Action) => Promise<void>) => void;

/** In the order of the help text. Loaded when used: with all of them `check` starts 0.03 s later. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  init: async () => (await import("./commands/init.ts")).addInitCommand,
  check: async () => (await import("./commands/check.ts")).addCheckCommand,
  explain: async () => (await import("./commands/explain.ts")).addExplainCommand,
  lint: async () => (await import("./commands/lint.ts")).addLintCommand,
  release: async () => (await import("./commands/release.ts")).addReleaseCommand,
  generate: async () => (await import("./commands/generate.ts")).addGenerateCommand,
  push: async () => (await import("./commands/push.ts")).addPushCommand,
  list: async () => (await import("./commands/list.ts")).addListCommand,
  show: async () => (await import("./commands/show.ts")).addShowCommand,
  new: async () => (await import("./commands/new.ts")).addNewCommand,
  diff: async () => (await import("./commands/diff.ts")).addDiffCommand,
  consumers: async () => (await import("./commands/consumers.ts")).addConsumersCommand,
  sample: async () => (await import("./commands/sample.ts")).addSampleCommand,
  decode: async () => (await import("./commands/decode.ts")).addDecodeCommand,
  docs: async () => (await import("./commands/docs.ts")).addDocsCommand,
  pull: async () => (await import("./commands/pull.ts")).addPullCommand,
};

/** The command that the arguments begin with, or all of them, for help and for what is misspelt. */
function loadCommands([name = ""]: readonly string[]): Promise<readonly AddCommand[]> {
  const named = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return Promise.all((named === undefined ? Object.values(commands) : [named]).map((load) => load()));
}

/** Runs the command line and returns the exit code. Only a defect of this program makes it throw. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run = async (action: Action): Promise<void> => {
    exitCode = await action();
  };
  const program = createProgram(context);
  for (const add of await loadCommands(args)) add(program, context, run);
  for (const command of program.commands) {
    command.showHelpAfterError(`Run "schemas ${command.name()} --help" for its arguments, options and examples.`);
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (SchemasError.is(error)) {
      context.printError(`error: ${error.message}\n`);
      return error.code === "baseline-unreachable" ? 3 : 2;
    }
    // Commander has printed its message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** From the package.json that stands beside both `src` and `dist`. */
function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}

function createProgram(context: CliContext): Command {
  return new Command("schemas")
    .description("Checks, lints, releases, generates and registers Avro event schemas.")
    .version(ownVersion(), "-V, --version", "print the version")
    .addHelpText("after", help)
    .helpCommand(false)
    .showHelpAfterError('Run "schemas --help" for the commands and options.')
    .configureOutput({ writeOut: context.print, writeErr: context.printError })
    .exitOverride();
}
