import type { Command } from "commander";
import type pg from "pg";
import type { CliEnvironment } from "../../cli-environment.ts";
import { messageOf, RelayError } from "../../errors.ts";
import { kafkaSettingNames } from "../../settings/kafka-settings.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { isGiven, loadSelected, type SettingName } from "../../settings/settings.ts";
import { readEventSchema } from "../../sql/event-schema.ts";
import { readRecentUses } from "../../sql/recent-topics.ts";
import { withDatabase } from "../admin-client.ts";
import { collectValues } from "../collect-values.ts";
import { configOption } from "../config-option.ts";
import { addKafkaOptions, kafkaOptionsNote } from "../kafka-options.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { type Check, checksOf } from "./check.ts";
import { doctorText } from "./doctor-text.ts";
import { examineDatabase } from "./examine-database.ts";
import { examineKafka } from "./examine-kafka.ts";
import { examineRegistry, type UsedSchema } from "./examine-registry.ts";

const examples = `
Examples:
  outbox-relay doctor                           with the relay's own variables or --config
  outbox-relay doctor --topic orders.order      also this topic, before its first event
  outbox-relay doctor --json | jq '.[] | select(.status != "ok")'

It changes nothing. Exit code 1 when a check failed; warnings alone leave it 0. Topics and schemas are those of the
newest 50,000 rows of the outbox. What --brokers or --registry-url would be needed for is a warning without them.
${kafkaOptionsNote}`;

/** A look at more schemas than this would take the registry's time for nothing. */
const MOST_SCHEMAS = 500;

const ownSettings = ["databaseUrl", "registryUrl", "maxRequestBytes"] as const;

/** `outbox-relay doctor` */
export function addDoctorCommand(program: Command, environment: CliEnvironment): void {
  const command = program
    .command("doctor")
    .description("Check the database, Kafka and the registry for everything that a relay needs, and tell each remedy.");
  for (const name of ownSettings) command.addOption(settingOption(name));
  addKafkaOptions(command)
    .addOption(configOption())
    .option("--topic <topic>", "check this topic too; may be repeated", collectValues)
    .option("--json", "print the checks as JSON")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => doctorCommand(flags, environment));
}

async function doctorCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const extraTopics = read.texts("--topic");
  const sources = await readSettingSources(flags, environment.env);
  const names = [...ownSettings, ...kafkaSettingNames].filter((name) => !isOptional(name) || isGiven(name, sources));
  const settings = loadSelected<SettingName>(names, sources, read.problems);
  const { checks, used } = await examine(settings.databaseUrl);
  const topics = [...new Set([...used.map(({ topic }) => topic), ...extraTopics])].sort();
  const all = [
    ...checks,
    ...(isGiven("brokers", sources)
      ? await examineKafka(settings, topics, settings.maxRequestBytes)
      : [notGiven("kafka", "--brokers (KAFKA_BROKERS)")]),
    ...(isGiven("registryUrl", sources)
      ? await examineRegistry(settings.registryUrl, settings.connectTimeoutMs, used)
      : [notGiven("registry", "--registry-url (SCHEMA_REGISTRY_URL)")]),
  ];
  environment.stdout(read.has("--json") ? `${JSON.stringify(all, null, 2)}\n` : doctorText(all));
  const failed = all.filter(({ status }) => status === "fail");
  if (failed.length > 0) {
    const ids = failed.map(({ area, id }) => `${area} ${id}`).join(", ");
    throw new RelayError("CHECKS_FAILED", `${failed.length} of ${all.length} checks failed: ${ids}`);
  }
}

/** Not to the relay, but to the doctor, who checks what it can. */
function isOptional(name: SettingName): boolean {
  return name === "brokers" || name === "registryUrl";
}

function notGiven(area: Check["area"], setting: string): Check {
  return checksOf(area).warn("not-checked", `${setting} is not given`, `Give ${setting} to have this checked.`);
}

async function examine(databaseUrl: string): Promise<{ checks: readonly Check[]; used: readonly UsedSchema[] }> {
  try {
    return await withDatabase(databaseUrl, async (client) => {
      const { checks, isReadable } = await examineDatabase(client, databaseUrl);
      return { checks, used: isReadable ? await readUsedSchemas(client) : [] };
    });
  } catch (error) {
    const remedy = "Nothing of the database could be checked further.";
    return { checks: [checksOf("database").fail("reachable", messageOf(error), remedy)], used: [] };
  }
}

async function readUsedSchemas(client: pg.Client): Promise<UsedSchema[]> {
  const uses = await readRecentUses(client);
  const used: UsedSchema[] = [];
  for (const { topic, schemaId } of uses.slice(0, MOST_SCHEMAS)) {
    used.push({ topic, schemaId, schema: await readEventSchema(client, schemaId) });
  }
  return used;
}
