import { describe, expect, it } from "@jest/globals";
import type { TopicDescription } from "../../kafka/kafka-admin.ts";
import { checkBroker, checkTopic } from "./kafka-verdicts.ts";

function topic(replicas: number, inSyncReplicas: number, configs: Record<string, string> | null): TopicDescription {
  const partitions = [0, 1].map((partition) => ({ partition, leader: 1, replicas, inSyncReplicas }));
  return { topic: "t", partitions, configs: configs === null ? null : new Map(Object.entries(configs)) };
}

const good = { "min.insync.replicas": "2", "max.message.bytes": "1048588", "cleanup.policy": "delete" };

describe("checkTopic", () => {
  it.each([
    [
      "three replicas, two in sync at least",
      topic(3, 3, good),
      "ok",
      "2 partitions, 3 replicas, min.insync.replicas 2",
    ],
    ["one replica", topic(1, 1, { ...good, "min.insync.replicas": "1" }), "warn", "single replica"],
    ["more demanded than there are", topic(1, 1, good), "fail", "min.insync.replicas is 2, but there are 1 replicas"],
    ["too few in sync", topic(3, 1, good), "fail", "partition 0, 1 has fewer than"],
    ["all demanded", topic(2, 2, good), "warn", "one broker down stops"],
    ["one demanded", topic(3, 3, { ...good, "min.insync.replicas": "1" }), "warn", "may exist once only"],
    ["small messages", topic(3, 3, { ...good, "max.message.bytes": "500000" }), "warn", "is refused"],
    ["smaller than a request", topic(3, 3, { ...good, "max.message.bytes": "950000" }), "warn", "--max-request-bytes"],
    ["compaction", topic(3, 3, { ...good, "cleanup.policy": "compact,delete" }), "warn", "compact"],
    ["hidden settings", topic(3, 3, null), "warn", "may not be read"],
  ])("%s", (_, description, status, detail) => {
    const checks = checkTopic("t", description, 1_000_000);
    expect(checks).toContainEqual(
      expect.objectContaining({ id: "topic:t", status, detail: expect.stringContaining(detail) }),
    );
  });

  it("a partition without leader", () => {
    const [first, second] = topic(3, 3, good).partitions;
    const description = { ...topic(3, 3, good), partitions: [first!, { ...second!, leader: null }] };
    expect(checkTopic("t", description, 1_000_000)).toMatchObject([
      { status: "fail", detail: "no leader for partition 1: nothing can be written there" },
    ]);
  });

  it("a missing topic", () => {
    expect(checkTopic("t", null, 1)).toMatchObject([
      { status: "fail", remedy: "`outbox-relay topics ensure --topic t`." },
    ]);
  });
});

it.each([
  [new Map([["auto.create.topics.enable", "false"]]), "ok"],
  [new Map([["auto.create.topics.enable", "true"]]), "warn"],
  [null, "warn"],
])("checkBroker %#", (configs, status) => {
  expect(checkBroker(configs).status).toBe(status);
});
