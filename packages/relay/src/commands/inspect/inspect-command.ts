import type { Command } from "commander";
import type pg from "pg";
import type { CliEnvironment } from "../../cli-environment.ts";
import { LATER_TABLES, requireUsableDatabase } from "../../database/database-requirements.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected } from "../../settings/settings.ts";
import { beginOneInstant } from "../../sql/begin-one-instant.ts";
import { readCursorRows } from "../../sql/cursor-rows.ts";
import { readEventSchema } from "../../sql/event-schema.ts";
import { type EventReference, findDeadLetters, findDiscards, findRows, oldestRow } from "../../sql/find-event.ts";
import { hasTable } from "../../sql/optional-tables.ts";
import { withDatabase } from "../admin-client.ts";
import { configOption } from "../config-option.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { findingOf } from "./event-state.ts";
import { type InspectReport, inspectReport, inspectText } from "./inspect-report.ts";

const examples = `
Examples:
  outbox-relay inspect 019aa5b2-8c1e-7d3f-9a4b-0c6d2e8f1a5b   by the event's id (ce_id)
  outbox-relay inspect 4711                                   by the row that the relay's log names
  outbox-relay inspect 4711 --no-payload                      without the business data

It shows the event's data on standard output, and logs it nowhere. An event's id has no index: in a large outbox the
look-up takes some seconds.`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `outbox-relay inspect` */
export function addInspectCommand(program: Command, environment: CliEnvironment): void {
  program
    .command("inspect")
    .description("Show one event: where it stands, its headers, its decoded payload.")
    .argument("<event>", "the event's id, a UUID, or the number of its row in waybill.outbox")
    .addOption(settingOption("databaseUrl"))
    .addOption(configOption())
    .option("--no-payload", "leave the payload out")
    .option("--json", "print JSON: a list of events, as nothing keeps an id from being used twice")
    .addHelpText("after", examples)
    .action((event: string, flags: CommandFlags) => inspectCommand(event, flags, environment));
}

async function inspectCommand(event: string, flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const reference = readReference(event, read);
  const sources = await readSettingSources(flags, environment.env);
  const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
  const withPayload = flags["payload"] !== false;
  const reports = await withDatabase(databaseUrl, async (client) => {
    await requireUsableDatabase(client, databaseUrl, LATER_TABLES);
    return inspectEvent(client, reference, withPayload);
  });
  const text = reports.map(inspectText).join("\n");
  environment.stdout(read.has("--json") ? `${JSON.stringify(reports, null, 2)}\n` : text);
}

/** One report for each row; one that says so when there is none. */
async function inspectEvent(
  client: pg.Client,
  reference: EventReference,
  withPayload: boolean,
): Promise<InspectReport[]> {
  await beginOneInstant(client); // cursor and row
  const rows = await findRows(client, reference, await readCursorRows(client));
  const hasDeadLetters = await hasTable(client, "waybill.dead_letter");
  const letters = hasDeadLetters ? await findDeadLetters(client, reference) : [];
  const discards = hasDeadLetters ? await findDiscards(client, reference) : [];
  const oldest = await oldestRow(client);
  const rowIds = [...new Set([...rows, ...letters, ...discards].map(({ rowId }) => rowId))];
  const reports: InspectReport[] = [];
  for (const rowId of rowIds.length === 0 ? [null] : rowIds) {
    const row = rows.find((candidate) => candidate.rowId === rowId) ?? null;
    const letter = letters.find((candidate) => candidate.rowId === rowId) ?? null;
    const discard = discards.find((candidate) => candidate.rowId === rowId) ?? null;
    const stored = row ?? letter;
    const schema = stored === null ? null : await readEventSchema(client, stored.schemaId);
    const finding = findingOf(reference, { row, deadLetter: letter, discard }, oldest);
    reports.push(inspectReport({ finding, stored, parkedAt: letter?.parkedAt ?? null, schema, withPayload }));
  }
  await client.query("COMMIT");
  return reports;
}

/** Problems are left in the reader. */
function readReference(event: string, read: FlagReader): EventReference {
  if (/^\d{1,15}$/.test(event)) return { by: "row-id", rowId: Number(event) };
  if (!UUID.test(event)) {
    read.problems.push(
      `${JSON.stringify(event)} is neither an event's id (a UUID) nor the number of a row of waybill.outbox`,
    );
  }
  return { by: "event-id", eventId: event.toLowerCase() };
}
