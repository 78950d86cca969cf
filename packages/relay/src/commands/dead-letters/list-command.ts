import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { requireUsableDatabase } from "../../database/database-requirements.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected } from "../../settings/settings.ts";
import { countSelected, listDeadLetters } from "../../sql/dead-letter-requests.ts";
import { withDatabase } from "../admin-client.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { listText } from "./list-text.ts";
import { addSelectionOptions, readSelection } from "./selection-flags.ts";

const LIMIT = 50;

const examples = `
Examples:
  outbox-relay dead-letters list                               what is parked, and how much waits behind it
  outbox-relay dead-letters list --topic orders.order --behind also what waits behind
  outbox-relay dead-letters list --json --limit 1000

Keys are shown, payloads are not. It needs the database alone, and changes nothing.`;

/** `outbox-relay dead-letters list` */
export function addListCommand(group: Command, environment: CliEnvironment): void {
  addSelectionOptions(group.command("list"))
    .description("Show dead letters, the reason of each, and how many events wait behind it.")
    .option("--behind", "also those that only wait behind an earlier one")
    .option("--limit <number>", `most of them (default ${LIMIT})`)
    .option("--json", "print JSON")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => listCommand(flags, environment));
}

async function listCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const selection = readSelection(read, new Date());
  const most = read.integer("--limit", { least: 1, most: 1_000_000 }) ?? LIMIT;
  const sources = await readSettingSources(flags, environment.env);
  const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
  await withDatabase(databaseUrl, async (client) => {
    await requireUsableDatabase(client, databaseUrl);
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const letters = await listDeadLetters(client, selection, { withBehind: read.has("--behind"), most });
    const totals = await countSelected(client, selection);
    const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
    await client.query("COMMIT");
    const nowMs = (rows[0] as { now: Date }).now.getTime();
    const json = JSON.stringify({ totals, deadLetters: letters }, null, 2);
    environment.stdout(read.has("--json") ? `${json}\n` : listText(letters, totals, nowMs));
  });
}
