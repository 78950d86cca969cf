import { Command, CommanderError } from "commander";
import type { CliEnvironment } from "./cli-environment.ts";
import { adoptCommand } from "./commands/adopt.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { runCommand } from "./commands/run.ts";
import { messageOf, RelayError } from "./errors.ts";
import { redactUrls } from "./observability/redact.ts";
import { settingOption } from "./settings/setting-option.ts";
import { settingNames, settingsTable } from "./settings/settings.ts";

/** Exit codes of `outbox-relay`. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Runs one command. @param args without the names of node and of the script @returns the exit code */
export async function runCli(args: readonly string[], environment: CliEnvironment): Promise<number> {
  try {
    const program = createProgram(environment);
    if (args[0] !== "run") await addOtherCommands(program, environment);
    await program.parseAsync([...args], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    environment.stderr(`outbox-relay: ${redactUrls(messageOf(error))}\n`);
    return RelayError.is(error) && error.code === "SETTINGS_INVALID" ? exitCodes.usage : exitCodes.failed;
  }
}

function createProgram(environment: CliEnvironment): Command {
  const program = new Command("outbox-relay")
    .description("Publishes the outbox of a PostgreSQL database to Kafka, in order per key and without loss.")
    .exitOverride()
    .configureOutput({ writeOut: environment.stdout, writeErr: environment.stderr });

  const run = program
    .command("run")
    .description("Publish events until SIGTERM or SIGINT; a second signal ends at once.")
    .option("--config <file>", 'JSON file with settings by name, such as {"batchSize": 500} (OUTBOX_RELAY_CONFIG)');
  for (const name of settingNames) if (!("isSecret" in settingsTable[name])) run.addOption(settingOption(name));
  run.action((flags: Readonly<Record<string, string | true>>) => runCommand(flags, environment));

  program
    .command("migrate")
    .description("Create or update the schema waybill in the database, or write the same as Prisma migrations.")
    .addOption(settingOption("databaseUrl"))
    .option("--prisma <dir>", "write into this folder of Prisma migrations instead of touching a database")
    .action((flags: { databaseUrl?: string; prisma?: string }) => migrateCommand(flags, environment));

  program
    .command("adopt")
    .description(
      "Go on in another database than the one the cursor was made in: after a restore, a copy or an upgrade.",
    )
    .addOption(settingOption("databaseUrl"))
    .option("--keep-position", "the transaction ids went on (pg_upgrade, a physical copy): publish from where it stood")
    .option(
      "--republish-all",
      "in any other case: publish all rows again; consumers with an inbox ignore what they had",
    )
    .action((flags: { databaseUrl?: string; keepPosition?: true; republishAll?: true }) =>
      adoptCommand(flags, environment),
    );
  return program;
}

/** A relay that runs has no use for them, and they weigh 9 MB. */
async function addOtherCommands(program: Command, environment: CliEnvironment): Promise<void> {
  const { addOperatorCommands } = await import("./commands/operator-commands.ts");
  addOperatorCommands(program, environment);
}
