import { randomUUID } from "node:crypto";
import { eventually } from "@waybill/harness";
import type { ITopicConfig } from "kafkajs";
import { createPublisher } from "../src/publishers/create-publisher.ts";
import type { LanePublisher, PublisherLane, SendFailure } from "../src/publishers/lane-publisher.ts";
import { completeSettings, type RelayOptions } from "../src/settings/settings.ts";
import { rowView, type TestRow } from "./publisher-rows.ts";
import { kafkaOf } from "./topic-reader.ts";

export type Driver = "wire" | "kafkajs";

/** Publishers of one driver at one broker, closed together. */
export class TestPublishers {
  readonly driver: Driver;
  readonly brokers: readonly string[];
  readonly #open: LanePublisher[] = [];

  constructor(driver: Driver, brokers: readonly string[]) {
    this.driver = driver;
    this.brokers = brokers;
  }

  async open(options: Partial<RelayOptions> = {}): Promise<LanePublisher> {
    const settings = completeSettings({
      databaseUrl: "postgresql://unused/unused",
      registryUrl: "http://unused",
      brokers: this.brokers,
      driver: this.driver,
      connectTimeoutMs: 5_000,
      sendTimeoutMs: 5_000,
      ...options,
    });
    const publisher = await createPublisher(settings, () => {});
    await publisher.connect();
    this.#open.push(publisher);
    return publisher;
  }

  /** A lane to a topic that exists, or to several. */
  async lane(topics: string | readonly string[], options: Partial<RelayOptions> = {}): Promise<PublisherLane> {
    const publisher = await this.open(options);
    for (const topic of [topics].flat()) await eventually(async () => (await publisher.prepareTopic(topic)) === null);
    return publisher.openLane("test");
  }

  /** Just made: on Apache Kafka its partitions may have no leaders yet. */
  async newTopic(partitions = 4): Promise<string> {
    const topic = `publisher-${randomUUID()}`;
    await makeTopic(this.brokers, { topic, numPartitions: partitions });
    return topic;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((publisher) => publisher.disconnect()));
  }
}

/** Without kafkajs's own waiting for leaders, which fails on Apache Kafka where a topic is that new. */
export async function makeTopic(brokers: readonly string[], topic: ITopicConfig): Promise<void> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [topic], waitForLeaders: false });
  } finally {
    await admin.disconnect();
  }
}

export const REGISTRY_ID = 7;

export function append(lane: PublisherLane, rows: readonly TestRow[]): void {
  for (const row of rows) lane.append(rowView(row), REGISTRY_ID);
}

/**
 * Appends, sends, and repeats while the broker's failures last. Returns the failures that it went through.
 *
 * @throws when a failure is a person's or a record's
 */
export async function publish(lane: PublisherLane, rows: readonly TestRow[]): Promise<SendFailure[]> {
  append(lane, rows);
  const failures = [...(await lane.send()).failures];
  while (lane.unacknowledged().length > 0) {
    const hard = failures.find(({ reason }) => reason !== "unavailable");
    if (hard !== undefined) throw new Error(`${hard.reason}: ${hard.message}`);
    failures.push(...(await lane.repeat()).failures);
  }
  return failures;
}
