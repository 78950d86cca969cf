import { eventually } from "@waybill/harness";
import { kafkaOf, readTopic, type ReceivedRecord } from "./topic-reader.ts";

/** Every record that a topic holds now, in the order of each partition. */
export async function topicContent(brokers: readonly string[], topic: string): Promise<readonly ReceivedRecord[]> {
  const stored = await storedRecords(brokers, topic);
  const reader = await readTopic(brokers, topic);
  try {
    await eventually(() => reader.records.length >= stored);
    return reader.records.slice();
  } finally {
    await reader.stop();
  }
}

/** The ids of the rows, as their `ce_id` headers say, in the order of each partition. */
export function idsOf(records: readonly ReceivedRecord[]): number[] {
  return records.map(({ headers }) => Number(headers["ce_id"]));
}

/** How many records the topic's partitions hold; nothing here is compacted, deleted or transactional. */
async function storedRecords(brokers: readonly string[], topic: string): Promise<number> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}
