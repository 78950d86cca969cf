import { messageOf } from "../../errors.ts";
import type { FlagReader } from "../flag-reader.ts";
import { isTopicName } from "../../kafka/topic-name.ts";
import { readManifestTopics } from "./manifest-topics.ts";
import type { TopicWishes } from "../../kafka/topic-plan.ts";

export interface TopicsInput {
  readonly topics: readonly string[];
  readonly fromOutbox: boolean;
  readonly wishes: TopicWishes;
  readonly isDryRun: boolean;
}

/** Reads the flags and the manifests that they name. Problems are left in the reader. */
export async function readTopicsInput(read: FlagReader): Promise<TopicsInput> {
  const manifests = read.texts("--manifest");
  const named = read.texts("--topic");
  const fromOutbox = read.has("--from-outbox");
  if (manifests.length === 0 && named.length === 0 && !fromOutbox) {
    read.problems.push("which topics? Give --manifest <file…>, --topic <topic> or --from-outbox");
  }
  for (const topic of named) {
    if (!isTopicName(topic)) read.problems.push(`--topic: ${JSON.stringify(topic)} is not a Kafka topic name`);
  }
  const topics = [...named];
  for (const file of manifests) {
    try {
      topics.push(...(await readManifestTopics(file)));
    } catch (error) {
      read.problems.push(`--manifest: ${messageOf(error)}`);
    }
  }
  const wishes: TopicWishes = {
    partitions: read.integer("--partitions", { least: 1, most: 10_000 }),
    replicationFactor: read.integer("--replication-factor", { least: 1, most: 100 }),
    configs: readConfigs(read),
  };
  return { topics, fromOutbox, wishes, isDryRun: read.has("--dry-run") };
}

function readConfigs(read: FlagReader): Record<string, string> {
  const configs: Record<string, string> = {};
  for (const text of read.texts("--set")) {
    const match = /^([a-z][a-z0-9.]*)=(.*)$/.exec(text);
    if (match === null) read.problems.push(`--set: expects name=value, not ${JSON.stringify(text)}`);
    else configs[match[1] ?? ""] = match[2] ?? "";
  }
  return configs;
}
