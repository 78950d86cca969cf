import { kafkaOf, readTopic, type ReceivedRecord } from "./topic-reader.ts";

/** Every record that a topic holds now, in the order of each partition. */
export async function topicContent(brokers: readonly string[], topic: string): Promise<readonly ReceivedRecord[]> {
  const reader = await readTopic(brokers, topic);
  try {
    await reader.readToEnd();
    return reader.records;
  } finally {
    await reader.stop();
  }
}

/** The ids of the rows, as their `ce_id` headers say, in the order of each partition. */
export function idsOf(records: readonly ReceivedRecord[]): number[] {
  return records.map(({ headers }) => Number(headers["ce_id"]));
}

/** How many records each partition holds; nothing here is compacted, deleted or transactional. Null: no leaders yet. */
export async function recordsByPartition(brokers: readonly string[], topic: string): Promise<number[] | null> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ high, low }) => Number(high) - Number(low));
  } catch {
    return null;
  } finally {
    await admin.disconnect();
  }
}

/** First deliveries of each key in the order of the rows' ids. @throws Error naming the key */
export function checkOrderPerKey(records: readonly ReceivedRecord[]): void {
  for (const [key, ofKey] of Map.groupBy(records, ({ key }) => key)) {
    const first = [...new Set(idsOf(ofKey))];
    const misplaced = first.find((id, index) => index > 0 && id < (first[index - 1] as number));
    if (misplaced !== undefined) throw new Error(`${misplaced} comes late for key ${key}: ${first.join(" ")}`);
  }
}
