import type { Command } from "commander";
import type pg from "pg";
import type { CliEnvironment } from "../../cli-environment.ts";
import { LATER_TABLES, requireUsableDatabase } from "../../database/database-requirements.ts";
import { RelayError } from "../../errors.ts";
import { createPublisher } from "../../publishers/create-publisher.ts";
import { RegistryProblem, SchemaRegistry } from "../../publishing/schema-registry.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected, loadSettings, type RelaySettings } from "../../settings/settings.ts";
import { topId } from "../../sql/backlog-bounds.ts";
import { readCursorRows } from "../../sql/cursor-rows.ts";
import { readEventSchema } from "../../sql/event-schema.ts";
import { oldestRow } from "../../sql/find-event.ts";
import { hasTable } from "../../sql/optional-tables.ts";
import { findUnknownTypes, readReplayRows, type ReplayScope } from "../../sql/replay-rows.ts";
import { sessionSettings } from "../../sql/session-settings.ts";
import type { WindowRow } from "../../sql/window-query.ts";
import { withDatabase } from "../admin-client.ts";
import { collectValues } from "../collect-values.ts";
import { configOption } from "../config-option.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { formatSpan } from "../human-units.ts";
import { addKafkaOptions, kafkaOptionsNote } from "../kafka-options.ts";
import { Progress } from "../progress.ts";
import { countSelection, dryRunText, eventsIn, replayBounds, truncationNote } from "./replay-count.ts";
import { REPLAY_ID_HEADER, REPLAY_TIME_HEADER } from "./replay-headers.ts";
import { type ReplayInput, readReplayInput } from "./replay-input.ts";
import {
  planNotes,
  type ReplayPlan,
  type ReplayReport,
  replayReport,
  replayText,
  stopMessage,
} from "./replay-report.ts";
import { ReplaySender } from "./replay-sender.ts";
import { replay } from "./replayer.ts";

const examples = `
Examples:
  outbox-relay replay --topic orders.order --from 2h --dry-run      how many, and what retention has left of them
  outbox-relay replay --topic orders.order --from 2h --to 30m --to-topic orders.order.replay
  outbox-relay replay --key order-4711 --type orders.order.placed
  outbox-relay replay --from-id 120000 --to-id 180000 --rate 500

Events are sent in the order of their rows, each with the headers ${REPLAY_ID_HEADER} (the replay's id) and
${REPLAY_TIME_HEADER}. They keep their ce_id: consumers with an inbox ignore what they have handled before, so give
them a new consumer group where they shall handle it again. On the same topic older events come after newer ones.
Only what is published already is taken. Ctrl-C stops after the batch in flight and says how to go on.
${kafkaOptionsNote}`;

/** `outbox-relay replay` */
export function addReplayCommand(program: Command, environment: CliEnvironment): void {
  addKafkaOptions(program.command("replay").addOption(settingOption("databaseUrl")))
    .description("Publish events once more that were published before.")
    .addOption(settingOption("registryUrl"))
    .addOption(settingOption("batchSize").hideHelp())
    .addOption(settingOption("maxBatchBytes").hideHelp())
    .addOption(settingOption("maxRequestBytes").hideHelp())
    .addOption(configOption())
    .option("--from <time>", "written from this time on: with a zone, or a span before now such as 2h")
    .option("--to <time>", "written before this time")
    .option("--from-id <row>", "rows of waybill.outbox from this id …")
    .option("--to-id <row>", "… to this one")
    .option("--key <key>", "only events of this key; may be repeated", collectValues)
    .option("--type <type>", "only events of this type; may be repeated", collectValues)
    .option("--topic <topic>", "only events for this topic; may be repeated", collectValues)
    .option("--all", "everything that retention has left")
    .option("--to-topic <topic>", "send them to this topic instead of their own")
    .option("--rate <events/s>", "no faster than this (default: as fast as Kafka takes them)")
    .option(
      "--replay-id <id>",
      `the id in the header ${REPLAY_ID_HEADER}, to go on with an earlier replay (default: new)`,
    )
    .option("--dry-run", "only count; needs the database alone")
    .option("--json", "print what was done as JSON")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => replayCommand(flags, environment));
}

async function replayCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const input = readReplayInput(read, new Date());
  const sources = await readSettingSources(flags, environment.env);
  const isJson = read.has("--json");
  if (input.isDryRun) {
    const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
    const plan = await withDatabase(databaseUrl, (client) => planReplay(client, databaseUrl, input, environment));
    if (environment.shutdown.aborted) throw new RelayError("REPLAY_STOPPED", "interrupted before all were counted");
    const text = dryRunText(plan.counts, input.toTopic, planNotes(plan));
    environment.stdout(isJson ? `${JSON.stringify(replayReport(input, plan, null), null, 2)}\n` : text);
    return;
  }
  const settings = loadSettings(sources, read.problems);
  const report = await withDatabase(settings.databaseUrl, async (client) => {
    const plan = await planReplay(client, settings.databaseUrl, input, environment);
    return runReplay(client, settings, input, plan, environment);
  });
  environment.stdout(isJson ? `${JSON.stringify(report, null, 2)}\n` : replayText(report));
  if (!report.isComplete) throw new RelayError("REPLAY_STOPPED", stopMessage(report));
}

async function planReplay(
  client: pg.Client,
  databaseUrl: string,
  { selection }: ReplayInput,
  { shutdown }: CliEnvironment,
): Promise<ReplayPlan> {
  await client.query(sessionSettings);
  await requireUsableDatabase(client, databaseUrl, LATER_TABLES);
  const cursors = await readCursorRows(client);
  const scope: ReplayScope = {
    selection,
    cursors,
    hasDeadLetters: await hasTable(client, "waybill.dead_letter"),
  };
  const oldest = await oldestRow(client);
  const bounds = replayBounds(selection, oldest?.id ?? null, await topId(client));
  const counts = await countSelection(client, scope, bounds, shutdown);
  const unknownTypes = await findUnknownTypes(client, selection.types);
  return { scope, bounds, counts, unknownTypes, truncated: truncationNote(selection, oldest) };
}

async function runReplay(
  client: pg.Client,
  settings: RelaySettings,
  input: ReplayInput,
  plan: ReplayPlan,
  environment: CliEnvironment,
): Promise<ReplayReport> {
  const total = eventsIn(plan.counts, "published");
  const progress = new Progress(environment, { verb: "replayed", total, now: () => performance.now() });
  const { shutdown: signal } = environment;
  const publisher = await createPublisher({ ...settings, autoCreateTopics: false }, () => {});
  try {
    const sender = new ReplaySender({
      publisher,
      replayId: input.replayId,
      toTopic: input.toTopic,
      registryIdOf: registryIds(client, settings),
      retryMaxMs: settings.retryMaxMs,
      onPause: (message, retryMs) => progress.say(`waiting ${formatSpan(retryMs)}: ${message}`),
      signal,
    });
    const { scope, bounds } = plan;
    const maxBytes = settings.maxBatchBytes;
    const done = await replay({
      bounds,
      perSecond: input.perSecond,
      maxEvents: settings.batchSize,
      read: (range, maxEvents) => readReplayRows(client, scope, range, { maxEvents, maxBytes }),
      send: (rows) => sender.send(rows),
      onSent: (events) => progress.update(events),
      signal,
      now: () => performance.now(),
    });
    progress.close();
    return replayReport(input, plan, done);
  } finally {
    await publisher.disconnect();
  }
}

/** Looked up under the event's own topic, whatever topic it goes to: the registry's id names the schema everywhere. */
function registryIds(client: pg.Client, settings: RelaySettings): (row: WindowRow) => Promise<number> {
  const registry = new SchemaRegistry({
    url: settings.registryUrl,
    timeoutMs: settings.connectTimeoutMs,
    autoRegister: false,
  });
  const known = new Map<string, number>();
  return async ({ topic, schema_id: schemaId }) => {
    const name = `${schemaId} ${topic}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const schema = await readEventSchema(client, BigInt(schemaId));
    if (schema === null) throw new RegistryProblem("schema-missing", `waybill.schema has no row ${schemaId}`);
    const id = await registry.idOf(topic, schema);
    known.set(name, id);
    return id;
  };
}
