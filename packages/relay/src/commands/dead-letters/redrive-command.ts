import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { requireUsableDatabase } from "../../database/database-requirements.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected } from "../../settings/settings.ts";
import { type AskedRow, askForRedrive } from "../../sql/dead-letter-requests.ts";
import { withDatabase } from "../admin-client.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { formatCount } from "../human-units.ts";
import { awaitRequests, warnIfUnattended } from "./await-requests.ts";
import { addSelectionOptions, readSelection, requireSelection } from "./selection-flags.ts";

const examples = `
Examples:
  outbox-relay dead-letters redrive --id 4711 --wait            one, with all that wait on its key
  outbox-relay dead-letters redrive --topic orders.order        a topic that was missing
  outbox-relay dead-letters redrive --all --dry-run             how many that would be

The relay that holds the shard publishes them between two batches: of a key all events, in the order in which they were
written, and with the headers that they had. One that is refused again stops its key there. Exit code 1 with --wait when
some are.`;

/** `outbox-relay dead-letters redrive` */
export function addRedriveCommand(group: Command, environment: CliEnvironment): void {
  addSelectionOptions(group.command("redrive"))
    .description("Have dead letters published after all, once their cause is mended.")
    .option("--all", "all of them")
    .option("--dry-run", "only count them")
    .option("--wait", "until it is done, with progress")
    .option("--json", "print JSON")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => redriveCommand(flags, environment));
}

async function redriveCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  requireSelection(read);
  const selection = readSelection(read, new Date());
  const isDryRun = read.has("--dry-run");
  const sources = await readSettingSources(flags, environment.env);
  const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
  await withDatabase(databaseUrl, async (client) => {
    await requireUsableDatabase(client, databaseUrl);
    const asked = await askForRedrive(client, selection, isDryRun);
    environment.stdout(read.has("--json") ? askedJson(asked, isDryRun) : askedText(asked, isDryRun));
    if (isDryRun || asked.length === 0) return;
    await warnIfUnattended(client, asked, environment);
    if (read.has("--wait")) await awaitRequests(client, asked, "redriven", environment);
  });
}

function askedText(asked: readonly AskedRow[], isDryRun: boolean): string {
  const ofKeys = asked.filter(({ isOfKey }) => isOfKey).length;
  const selected = formatCount(asked.length - ofKeys);
  const others = ofKeys === 0 ? "" : `, and ${formatCount(ofKeys)} more of their keys`;
  const what = isDryRun ? "would be redriven" : "are to be redriven";
  return asked.length === 0 ? "no dead letter is selected\n" : `${selected} selected${others}: they ${what}\n`;
}

function askedJson(asked: readonly AskedRow[], isDryRun: boolean): string {
  const ofKeys = asked.filter(({ isOfKey }) => isOfKey).length;
  return `${JSON.stringify({ isDryRun, selected: asked.length - ofKeys, ofTheirKeys: ofKeys })}\n`;
}
