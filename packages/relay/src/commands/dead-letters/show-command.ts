import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { requireUsableDatabase } from "../../database/database-requirements.ts";
import { RelayError } from "../../errors.ts";
import { isProblemReason, remedyOf } from "../../publishing/send-verdict.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected } from "../../settings/settings.ts";
import { listDeadLetters, type ListedDeadLetter } from "../../sql/dead-letter-requests.ts";
import { readEventSchema } from "../../sql/event-schema.ts";
import { findDeadLetters } from "../../sql/find-event.ts";
import { withDatabase } from "../admin-client.ts";
import { configOption } from "../config-option.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { formatCount } from "../human-units.ts";
import { findingOf } from "../inspect/event-state.ts";
import { inspectReport, inspectText } from "../inspect/inspect-report.ts";
import { readSelection } from "./selection-flags.ts";

const examples = `
Examples:
  outbox-relay dead-letters show 4711                 by the row that the list and the log name
  outbox-relay dead-letters show 4711 --no-payload    without the business data

It shows the event's data on standard output, and logs it nowhere.`;

/** `outbox-relay dead-letters show` */
export function addShowCommand(group: Command, environment: CliEnvironment): void {
  group
    .command("show")
    .description("Show one dead letter: why it is one, its headers, its decoded payload.")
    .argument("<event>", "the number of its row, or the event's id (ce_id)")
    .addOption(settingOption("databaseUrl"))
    .addOption(configOption())
    .option("--no-payload", "leave the payload out")
    .option("--json", "print JSON: a list, as nothing keeps an id from being used twice")
    .addHelpText("after", examples)
    .action((event: string, flags: CommandFlags) => showCommand(event, flags, environment));
}

async function showCommand(event: string, flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader({ ...flags, id: [event] });
  const selection = readSelection(read, new Date());
  const sources = await readSettingSources(flags, environment.env);
  const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
  const withPayload = flags["payload"] !== false;
  const shown = await withDatabase(databaseUrl, async (client) => {
    await requireUsableDatabase(client, databaseUrl);
    const letters = await listDeadLetters(client, selection, { withBehind: true, most: 10 });
    if (letters.length === 0) {
      throw new RelayError(
        "SETTINGS_INVALID",
        `there is no dead letter ${event}: it was published or discarded, or never was one. ` +
          `\`outbox-relay inspect ${event}\` tells where the event stands.`,
      );
    }
    const reports = [];
    for (const letter of letters) {
      const [stored] = await findDeadLetters(client, { by: "row-id", rowId: letter.rowId });
      if (stored === undefined) continue; // published a moment ago
      const finding = findingOf(
        { by: "row-id", rowId: letter.rowId },
        { row: null, deadLetter: stored, discard: null },
        null,
      );
      const schema = await readEventSchema(client, stored.schemaId);
      reports.push({
        letter,
        event: inspectReport({ finding, stored, parkedAt: stored.parkedAt, schema, withPayload }),
      });
    }
    return reports;
  });
  const text = shown.map(({ letter, event: report }) => `${inspectText(report)}${letterText(letter)}`).join("\n");
  environment.stdout(read.has("--json") ? `${JSON.stringify(shown, null, 2)}\n` : text);
}

function letterText({ rowId, reason, topic, attempts, behind, asked }: ListedDeadLetter): string {
  const lines = [
    ...(reason === null ? [] : [`tried ${attempts === 1 ? "once" : `${attempts} times`}`]),
    ...(behind === 0 ? [] : [`${formatCount(behind)} later events of its key wait behind it`]),
    ...(asked === null ? [] : [`asked for: ${asked}; the relay that holds its shard does it`]),
    ...(reason !== null && isProblemReason(reason) ? [remedyOf(reason, topic)] : []),
    `Then: outbox-relay dead-letters redrive --id ${rowId}`,
  ];
  return `\n${lines.join("\n")}\n`;
}
