import { Command, CommanderError } from "commander";
import type { Action, CliContext, ExitCode } from "./cli-context.ts";
import { addCheckCommand } from "./commands/check.ts";
import { addDecodeCommand } from "./commands/decode.ts";
import { addDiffCommand } from "./commands/diff.ts";
import { addExplainCommand } from "./commands/explain.ts";
import { addGenerateCommand } from "./commands/generate.ts";
import { addInitCommand } from "./commands/init.ts";
import { addLintCommand } from "./commands/lint.ts";
import { addListCommand } from "./commands/list.ts";
import { addNewCommand } from "./commands/new.ts";
import { addPullCommand } from "./commands/pull.ts";
import { addPushCommand } from "./commands/push.ts";
import { addReleaseCommand } from "./commands/release.ts";
import { addSampleCommand } from "./commands/sample.ts";
import { addShowCommand } from "./commands/show.ts";
import { SchemasError } from "./errors.ts";

const help = `
A schema tree is a folder with schemas.config.json and a file <domain>/<entity>.<action>/v<N>.avsc
for each version of each event. Commands look for it here and in ./schemas.

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
`;

/** In the order of the help text. */
const commands = [
  addInitCommand,
  addCheckCommand,
  addExplainCommand,
  addLintCommand,
  addReleaseCommand,
  addGenerateCommand,
  addPushCommand,
  addListCommand,
  addShowCommand,
  addNewCommand,
  addDiffCommand,
  addSampleCommand,
  addDecodeCommand,
  addPullCommand,
];

/** Runs the command line and returns the exit code. Only a defect of this program makes it throw. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const run = async (action: Action): Promise<void> => {
    exitCode = await action();
  };
  const program = createProgram(context);
  for (const add of commands) add(program, context, run);
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

function createProgram(context: CliContext): Command {
  return new Command("schemas")
    .description("Checks, lints, releases, generates and registers Avro event schemas.")
    .addHelpText("after", help)
    .helpCommand(false)
    .showHelpAfterError('Run "schemas --help" for the commands and options.')
    .configureOutput({ writeOut: context.print, writeErr: context.printError })
    .exitOverride();
}
