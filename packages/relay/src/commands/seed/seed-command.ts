import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { databasePlace } from "../../database/connect-to-postgres.ts";
import { LATER_TABLES, requireUsableDatabase } from "../../database/database-requirements.ts";
import { RelayError } from "../../errors.ts";
import { RegistryProblem, SchemaRegistry } from "../../publishing/schema-registry.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { isGiven, loadSelected, type SettingName } from "../../settings/settings.ts";
import { insertSeededEvents } from "../../sql/insert-seeded-events.ts";
import { withDatabase } from "../admin-client.ts";
import { configOption } from "../config-option.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { formatCount, formatRate, formatSpan } from "../human-units.ts";
import { Progress } from "../progress.ts";
import { readSeedInput, type SeedInput, seedDefaults, seedObjection } from "./seed-input.ts";
import { describeSeededEvent, REHEARSAL_HEADER, type SeededEvent } from "./seeded-event.ts";
import { type Seeded, seed } from "./seeder.ts";

const examples = `
Examples:
  outbox-relay topics ensure --topic ${seedDefaults.topic} --partitions 6
  outbox-relay seed --rate 1000 --duration 10m --register   1,000 events/s for ten minutes
  outbox-relay seed --rate 5000 --count 500000 --keys 200   hot keys, half a million events
  outbox-relay seed --rate 50 --size 100000                 large events, until Ctrl-C

Seeded events are real: they go to every consumer of their topic. They have the type ${seedDefaults.type}
and the header ${REHEARSAL_HEADER} with the run's id.`;

/** `outbox-relay seed` */
export function addSeedCommand(program: Command, environment: CliEnvironment): void {
  program
    .command("seed")
    .description("Write events into the outbox at a steady rate, to rehearse load and failures.")
    .addOption(settingOption("databaseUrl"))
    .addOption(settingOption("registryUrl"))
    .addOption(configOption())
    .option("--rate <events/s>", "how many events a second (required)")
    .option("--count <events>", "end after so many")
    .option("--duration <span>", "end after this long, such as 30s, 10m or 2h; without either, Ctrl-C ends it")
    .option("--topic <topic>", `the topic that they are for (default ${seedDefaults.topic})`)
    .option("--type <type>", `their type, domain.entity.action (default ${seedDefaults.type})`)
    .option("--keys <number>", `how many keys they are spread over (default ${seedDefaults.keys})`)
    .option("--size <bytes>", `about the size of a payload (default ${seedDefaults.size})`)
    .option("--register", "register their schema when the registry does not know it")
    .option("--yes", "also into a database that is not on this machine")
    .option("--json", "print what was done as JSON")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => seedCommand(flags, environment));
}

async function seedCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const input = readSeedInput(read);
  const sources = await readSettingSources(flags, environment.env);
  const hasRegistry = isGiven("registryUrl", sources);
  if (input.register && !hasRegistry) read.problems.push("--register: needs --registry-url (SCHEMA_REGISTRY_URL)");
  const names: SettingName[] = ["databaseUrl", "connectTimeoutMs", ...(hasRegistry ? ["registryUrl" as const] : [])];
  const settings = loadSelected(names, sources, read.problems);
  const { databaseUrl } = settings;
  const objection = seedObjection(databaseUrl, read.has("--yes"), databasePlace(databaseUrl));
  if (objection !== null) throw new RelayError("SETTINGS_INVALID", `seed: ${objection}`);
  const event = describeSeededEvent(input.type, input.topic);
  const done = await withDatabase(databaseUrl, async (client) => {
    await requireUsableDatabase(client, databaseUrl, LATER_TABLES);
    if (hasRegistry) await requireRegistered(event, input, settings.registryUrl, settings.connectTimeoutMs);
    const total = totalOf(input);
    const progress = new Progress(environment, { verb: "seeded", total, now: () => performance.now() });
    const seeded = await seed({
      input,
      event,
      insert: (rows) => insertSeededEvents(client, event, rows),
      onWritten: (events) => progress.update(events),
      signal: environment.shutdown,
      now: () => performance.now(),
    });
    progress.close();
    return seeded;
  });
  environment.stdout(read.has("--json") ? seedJson(input, done) : seedText(input, done));
}

function totalOf({ count, durationMs, perSecond }: SeedInput): number | null {
  if (durationMs === null) return count;
  return Math.min(count ?? Infinity, Math.round((perSecond * durationMs) / 1_000));
}

/** A schema that the registry does not know would keep the relay from publishing the events. */
async function requireRegistered(event: SeededEvent, input: SeedInput, url: string, timeoutMs: number): Promise<void> {
  const registry = new SchemaRegistry({ url, timeoutMs, autoRegister: input.register });
  try {
    await registry.idOf(event.topic, { recordName: event.recordName, definition: event.schema });
  } catch (error) {
    if (!(error instanceof RegistryProblem)) throw error;
    const remedy =
      error.reason === "schema-unknown"
        ? "Give --register to register it: the relay could not publish these events else"
        : "Mend that first: the relay could not publish these events";
    throw new RelayError("SCHEMA_UNUSABLE", `seed wrote nothing: ${error.message}. ${remedy}.`, { cause: error });
  }
}

function seedText(input: SeedInput, { events, firstId, lastId, elapsedMs }: Seeded): string {
  if (events === 0) return "seeded nothing\n";
  const perSecond = (events / Math.max(1, elapsedMs)) * 1_000;
  const isBehind = perSecond < input.perSecond * 0.95 && elapsedMs > 1_000;
  const behind = isBehind ? `\nThe database took less than the ${formatRate(input.perSecond)} asked for.` : "";
  return (
    `seeded ${formatCount(events)} events of ${input.type} for ${input.topic} in ${formatSpan(elapsedMs)} ` +
    `(${formatRate(perSecond)}): rows ${firstId} to ${lastId}, run ${input.run}${behind}\n`
  );
}

function seedJson({ run, type, topic }: SeedInput, { events, firstId, lastId, elapsedMs }: Seeded): string {
  const report = { run, type, topic, events, firstId, lastId, elapsedMs: Math.round(elapsedMs) };
  return `${JSON.stringify(report, null, 2)}\n`;
}
