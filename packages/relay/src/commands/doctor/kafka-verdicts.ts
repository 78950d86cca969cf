import type { KafkaConfigs, TopicDescription } from "../../kafka/kafka-admin.ts";
import { formatBytes } from "../human-units.ts";
import { type Check, checksOf } from "./check.ts";

const { ok, warn, fail } = checksOf("kafka");

/** What @waybill/outbox lets an event have by default (maxEventBytes). */
const MAX_EVENT_BYTES = 900_000;

export function checkBroker(configs: KafkaConfigs): Check {
  const value = configs?.get("auto.create.topics.enable");
  if (value === undefined) {
    return warn(
      "auto-create",
      "the broker does not say whether it creates topics by itself",
      "Allow DescribeConfigs on the cluster, to have this checked.",
    );
  }
  return value === "true"
    ? warn(
        "auto-create",
        "auto.create.topics.enable is true: a client that asks for a misspelt topic creates it",
        "Set it to false, and create topics by `outbox-relay topics ensure`.",
      )
    : ok("auto-create", "the broker creates no topics by itself");
}

/** @param description null for a topic that is not there */
export function checkTopic(topic: string, description: TopicDescription | null, maxRequestBytes: number): Check[] {
  const id = `topic:${topic}`;
  if (description === null) {
    return [
      fail(id, "does not exist, or this principal may not see it", `\`outbox-relay topics ensure --topic ${topic}\`.`),
    ];
  }
  const checks = [...checkReplication(id, description), ...checkConfigs(id, description, maxRequestBytes)];
  if (checks.length > 0) return checks;
  const { partitions } = description;
  const copies = partitions[0]?.replicas ?? 0;
  const minimum = description.configs?.get("min.insync.replicas");
  const detail = `${partitions.length} partitions, ${copies} ${copies === 1 ? "replica" : "replicas"}`;
  return [ok(id, minimum === undefined ? detail : `${detail}, min.insync.replicas ${minimum}`)];
}

function checkReplication(id: string, { partitions, configs }: TopicDescription): Check[] {
  const checks: Check[] = [];
  const leaderless = partitions.filter(({ leader }) => leader === null).map(({ partition }) => partition);
  if (leaderless.length > 0) {
    checks.push(
      fail(
        id,
        `no leader for partition ${leaderless.join(", ")}: nothing can be written there`,
        "Bring its brokers back.",
      ),
    );
  }
  const copies = Math.min(...partitions.map(({ replicas }) => replicas));
  if (copies === 1) {
    checks.push(
      warn(id, "has a single replica: a broker's disk is all that keeps it", "Raise its replication factor to 3."),
    );
  }
  const minimum = Number(configs?.get("min.insync.replicas") ?? Number.NaN);
  if (Number.isNaN(minimum)) return checks;
  const short = partitions.filter(({ inSyncReplicas }) => inSyncReplicas < minimum).map(({ partition }) => partition);
  if (minimum > copies) {
    checks.push(
      fail(
        id,
        `min.insync.replicas is ${minimum}, but there are ${copies} replicas: no write is ever acknowledged`,
        "Lower min.insync.replicas, or raise the replication factor.",
      ),
    );
  } else if (short.length > 0) {
    checks.push(
      fail(
        id,
        `partition ${short.join(", ")} has fewer than min.insync.replicas (${minimum}) in sync: no write is acknowledged`,
        "Bring the missing brokers back.",
      ),
    );
  } else if (copies > 1 && minimum === copies) {
    checks.push(
      warn(
        id,
        `min.insync.replicas is ${minimum} of ${copies} replicas: one broker down stops its events`,
        "Set it to one less than the replication factor.",
      ),
    );
  } else if (copies > 1 && minimum < 2) {
    checks.push(
      warn(id, "min.insync.replicas is 1: an acknowledged event may exist once only", "Set min.insync.replicas to 2."),
    );
  }
  return checks;
}

function checkConfigs(id: string, { configs }: TopicDescription, maxRequestBytes: number): Check[] {
  if (configs === null) {
    return [warn(id, "its settings may not be read", "Allow DescribeConfigs on the topic, to have them checked.")];
  }
  const checks: Check[] = [];
  const limit = Number(configs.get("max.message.bytes") ?? Number.NaN);
  if (limit < MAX_EVENT_BYTES) {
    checks.push(
      warn(
        id,
        `max.message.bytes is ${formatBytes(limit)}: an event of ${formatBytes(MAX_EVENT_BYTES)}, which writers may write, is refused`,
        "Raise max.message.bytes above maxEventBytes of @waybill/outbox, or lower that.",
      ),
    );
  } else if (limit < maxRequestBytes) {
    checks.push(
      warn(
        id,
        `max.message.bytes is ${formatBytes(limit)}, below --max-request-bytes, ${formatBytes(maxRequestBytes)}: batches are sent twice`,
        "Raise the one or lower the other.",
      ),
    );
  }
  if ((configs.get("cleanup.policy") ?? "").includes("compact")) {
    checks.push(
      warn(
        id,
        "cleanup.policy is compact: Kafka throws all but the newest event of a key away, and refuses events without key",
        "Set cleanup.policy to delete, unless each event tells its key's whole state.",
      ),
    );
  }
  return checks;
}
