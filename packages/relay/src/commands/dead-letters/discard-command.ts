import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { requireUsableDatabase } from "../../database/database-requirements.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected } from "../../settings/settings.ts";
import { askForDiscard, countSelected } from "../../sql/dead-letter-requests.ts";
import { withDatabase } from "../admin-client.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { formatCount } from "../human-units.ts";
import { awaitRequests, warnIfUnattended } from "./await-requests.ts";
import { totalsText } from "./list-text.ts";
import { addSelectionOptions, readSelection, requireSelection } from "./selection-flags.ts";

const examples = `
Examples:
  outbox-relay dead-letters discard --id 4711 --why "test data, agreed with the shop's team"
  outbox-relay dead-letters discard --reason headers-invalid --why "written by hand" --by jane --yes

They are never published, and their data is gone for good: waybill.discarded_event keeps who gave up which event, when and
why. What waited behind one that is discarded is published then. Look at them first: \`dead-letters list\` and \`show\`.`;

/** `outbox-relay dead-letters discard` */
export function addDiscardCommand(group: Command, environment: CliEnvironment): void {
  addSelectionOptions(group.command("discard"))
    .description("Give dead letters up for good.")
    .option("--all", "all of them, also what waits behind")
    .option("--why <reason>", "for those who ask later; required")
    .option("--by <name>", "who decided it (default: the user of this shell)")
    .option("--yes", "do not ask")
    .option("--wait", "until it is done, with progress")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => discardCommand(flags, environment));
}

async function discardCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const { confirm, env, stdout } = environment;
  const read = new FlagReader(flags);
  requireSelection(read);
  const selection = readSelection(read, new Date());
  const why = read.text("--why");
  if (why === null && !read.has("--why")) read.problems.push("--why is missing: say why these events may be lost");
  const by = read.text("--by") ?? env["USER"] ?? env["USERNAME"] ?? "unknown";
  const isSure = read.has("--yes");
  if (!isSure && confirm === undefined) read.problems.push("--yes is missing: nobody is there to be asked");
  const sources = await readSettingSources(flags, env);
  const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
  await withDatabase(databaseUrl, async (client) => {
    await requireUsableDatabase(client, databaseUrl);
    const totals = await countSelected(client, selection);
    if (totals.parked + totals.behind === 0) return stdout("no dead letter is selected\n");
    const question = `Give up ${totalsText(totals)} for good?`;
    if (!isSure && (await confirm?.(question)) !== true) return stdout("nothing is discarded\n");
    const asked = await askForDiscard(client, selection, { by, why: why ?? "" });
    stdout(`${formatCount(asked.length)} dead letters are to be discarded\n`);
    await warnIfUnattended(client, asked, environment);
    if (read.has("--wait")) await awaitRequests(client, asked, "discarded", environment);
  });
}
