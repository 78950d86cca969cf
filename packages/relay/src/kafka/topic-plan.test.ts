import { describe, expect, it } from "@jest/globals";
import { planTopics } from "./topic-plan.ts";

const none = { partitions: null, replicationFactor: null, configs: {} };
const existing = {
  topic: "b",
  partitions: [0, 1, 2].map((partition) => ({ partition, leader: 1, replicas: 2, inSyncReplicas: 2 })),
  configs: new Map([["retention.ms", "5"]]),
};

describe("planTopics", () => {
  it.each([
    [1, 1, {}],
    [2, 2, {}],
    [9, 3, { "min.insync.replicas": "2" }],
  ])("takes as many replicas as %d brokers allow", (brokers, replicationFactor, configs) => {
    expect(planTopics(["a"], none, [], brokers)).toEqual([
      { topic: "a", exists: false, partitions: 6, replicationFactor, configs, differences: [] },
    ]);
  });

  it("does as it is told, once for each topic, in order of name", () => {
    const wishes = {
      partitions: 12,
      replicationFactor: 3,
      configs: { "min.insync.replicas": "1", "retention.ms": "9" },
    };
    expect(planTopics(["c", "a", "c"], wishes, [], 1)).toMatchObject([
      { topic: "a", partitions: 12, replicationFactor: 3, configs: wishes.configs },
      { topic: "c" },
    ]);
  });

  it("leaves what is there, and says how it differs only from what was asked for", () => {
    expect(planTopics(["b"], none, [existing], 9)).toMatchObject([{ exists: true, partitions: 3, differences: [] }]);
    const wishes = { partitions: 12, replicationFactor: 3, configs: { "retention.ms": "9", "no.such": "1" } };
    expect(planTopics(["b"], wishes, [existing], 9)[0]?.differences).toEqual([
      "partitions: 3, asked for 12; adding some moves keys to other partitions, so that their order breaks there once",
      "replication factor: 2, asked for 3; kafka-reassign-partitions changes it",
      "retention.ms: 5, asked for 9; kafka-configs changes it",
      "no.such: no such setting, asked for 1; kafka-configs changes it",
    ]);
    const fewer = planTopics(["b"], { ...none, partitions: 2 }, [existing], 9);
    expect(fewer[0]?.differences).toEqual(["partitions: 3, asked for 2; Kafka cannot take partitions away"]);
  });
});
