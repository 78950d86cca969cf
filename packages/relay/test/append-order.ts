import type { ReceivedRecord } from "./topic-reader.ts";

/**
 * Records of all partitions as the broker appended them: a key may have moved to another partition when there came to be
 * more of them. Within a partition nothing moves; in the same millisecond the older partition, with the lower number, is
 * first.
 *
 * @param records of a topic with LogAppendTime, in the order of each partition
 */
export function inAppendOrder(records: readonly ReceivedRecord[]): ReceivedRecord[] {
  const newest = new Map<number, number>();
  const dated = records.map((record) => {
    const { partition, timestampMs } = record;
    const at = Math.max(timestampMs, newest.get(partition) ?? 0); // a leader's clock may be behind the one before it
    newest.set(partition, at);
    return { record, at };
  });
  dated.sort((a, b) => a.at - b.at || a.record.partition - b.record.partition);
  return dated.map(({ record }) => record);
}
