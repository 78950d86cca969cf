import type { Command } from "commander";
import type { CliEnvironment } from "../../cli-environment.ts";
import { messageOf, RelayError } from "../../errors.ts";
import { type KafkaAdmin, withKafkaAdmin } from "../../kafka/kafka-admin.ts";
import { kafkaSettingNames } from "../../settings/kafka-settings.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected, type SettingName } from "../../settings/settings.ts";
import { readRecentUses } from "../../sql/recent-topics.ts";
import { withDatabase } from "../admin-client.ts";
import { collectValues } from "../collect-values.ts";
import { configOption } from "../config-option.ts";
import { addKafkaOptions, kafkaOptionsNote } from "../kafka-options.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { readTopicsInput, type TopicsInput } from "./topics-input.ts";
import { newTopicOf, planTopics, topicDefaults, type TopicPlan } from "../../kafka/topic-plan.ts";
import { type TopicOutcome, topicsText } from "./topics-text.ts";

const examples = `
Examples:
  outbox-relay topics ensure --manifest events/*/manifest.json --dry-run
  outbox-relay topics ensure --manifest events/*/manifest.json --partitions 12 --set retention.ms=1209600000
  outbox-relay topics ensure --topic orders.order --replication-factor 1      one broker on a developer's machine
  outbox-relay topics ensure --from-outbox                                    what the newest events are for

It creates what is missing and leaves what is there, telling how that differs. New topics get ${topicDefaults.partitions} partitions and
${topicDefaults.replicationFactor} replicas (as many as there are brokers, if fewer), with min.insync.replicas=2 from 3 replicas on. ${kafkaOptionsNote}`;

/** `outbox-relay topics ensure` */
export function addTopicsCommand(program: Command, environment: CliEnvironment): void {
  const topics = program.command("topics").description("Kafka topics of the outbox's events.");
  addKafkaOptions(topics.command("ensure"))
    .description("Create the topics that are missing.")
    .addOption(settingOption("databaseUrl"))
    .addOption(configOption())
    .option("--manifest <files...>", "manifest.json of generated event packages: the topics of their events")
    .option("--topic <topic>", "this topic; may be repeated", collectValues)
    .option("--from-outbox", "the topics of the newest 50,000 rows of the outbox (needs --database-url)")
    .option("--partitions <number>", `partitions of new topics (default ${topicDefaults.partitions})`)
    .option("--replication-factor <number>", `replicas of new topics (default ${topicDefaults.replicationFactor})`)
    .option(
      "--set <name=value>",
      "a setting of new topics, such as retention.ms=604800000; may be repeated",
      collectValues,
    )
    .option("--dry-run", "only say what would be done")
    .option("--json", "print JSON")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => topicsCommand(flags, environment));
}

async function topicsCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const input = await readTopicsInput(read);
  const sources = await readSettingSources(flags, environment.env);
  const names: SettingName[] = [...kafkaSettingNames, ...(input.fromOutbox ? ["databaseUrl" as const] : [])];
  const settings = loadSelected(names, sources, read.problems);
  const wanted = [...input.topics, ...(input.fromOutbox ? await outboxTopics(settings.databaseUrl) : [])];
  const outcomes = await withKafkaAdmin(settings, (admin) => ensureTopics(admin, wanted, input));
  const isJson = read.has("--json");
  environment.stdout(isJson ? `${JSON.stringify(outcomes, null, 2)}\n` : topicsText(outcomes));
  const failed = outcomes.filter(({ action }) => action === "failed");
  if (failed.length > 0) {
    throw new RelayError("TOPICS_NOT_CREATED", `${failed.length} of ${outcomes.length} topics could not be created`);
  }
}

async function ensureTopics(admin: KafkaAdmin, wanted: readonly string[], input: TopicsInput): Promise<TopicOutcome[]> {
  const brokers = (await admin.brokerIds()).length;
  const plans = planTopics(wanted, input.wishes, await admin.describeTopics(wanted), brokers);
  const outcomes: TopicOutcome[] = [];
  for (const plan of plans) {
    if (plan.exists) outcomes.push({ ...plan, action: "exists", problem: null });
    else if (input.isDryRun) outcomes.push({ ...plan, action: "would create", problem: null });
    else {
      try {
        const isNew = await admin.createTopic(newTopicOf(plan));
        outcomes.push({ ...plan, action: isNew ? "created" : "exists", problem: null });
      } catch (error) {
        outcomes.push({ ...plan, action: "failed", problem: `${messageOf(error)}${refusalHint(plan, brokers)}` });
      }
    }
  }
  return outcomes;
}

/** Kafka says which sort of thing it refuses, and kafkajs leaves out which one. */
function refusalHint({ replicationFactor, configs }: TopicPlan, brokers: number): string {
  const facts = [
    ...(replicationFactor > brokers
      ? [`${replicationFactor} replicas, ${brokers} ${brokers === 1 ? "broker" : "brokers"}`]
      : []),
    ...Object.entries(configs).map(([name, value]) => `${name}=${value}`),
  ];
  return facts.length === 0 ? "" : ` (${facts.join(", ")})`;
}

async function outboxTopics(databaseUrl: string): Promise<string[]> {
  const uses = await withDatabase(databaseUrl, readRecentUses);
  return uses.map(({ topic }) => topic);
}
