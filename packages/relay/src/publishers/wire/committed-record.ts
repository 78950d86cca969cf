/**
 * The last committed record of a key, read from the end of a partition backwards.
 *
 * The end is that of all records, committed or not, as it is after the reader's own producer was initialised. What is asked
 * for is how `read_committed` consumers see everything up to there, so an open transaction of someone else that began
 * before is waited for. Control records take offsets and are no records; a compacted log has gaps: the position is taken
 * from the batches, never counted.
 */
import { fetchV12, listOffsetsV7 } from "@platformatic/kafka";
import type { BrokerConnection } from "./broker-connection.ts";
import { errorName, NO_ERROR } from "./protocol-errors.ts";

const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;
const EARLIEST = -2n;
const LATEST = -1n;
/** As much as is asked for at once. */
const FETCH_BYTES = 1 << 20;
const FETCH_WAIT_MS = 100;
/** How many offsets before the end are looked at first: a few dozen transactions. */
const FIRST_LOOK = 256n;
const LOOK_FACTOR = 16n;
/** How long an open transaction of someone else is waited for. */
const PATIENCE_MS = 10_000;

const CONTROL_BIT = 1 << 5;
const TRANSACTIONAL_BIT = 1 << 4;

export interface LogBatch {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly producerId: bigint;
  readonly records: readonly { readonly key: Buffer | null; readonly value: Buffer | null }[];
}

/** What a `read_committed` fetch answers. */
export interface LogSlice {
  readonly batches: readonly LogBatch[];
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
}

/** One partition of a topic. */
export interface PartitionLog {
  startOffset(): Promise<bigint>;
  /** Behind the last record, committed or not. */
  endOffset(): Promise<bigint>;
  fetchCommitted(offset: bigint): Promise<LogSlice>;
}

/**
 * Null when no such record is there.
 *
 * @throws Error when a transaction of another producer stays open for too long, and what the log throws
 */
export async function lastCommitted(
  log: PartitionLog,
  key: Buffer,
  now: () => number = () => performance.now(),
): Promise<Buffer | null> {
  const end = await log.endOffset();
  const start = await log.startOffset();
  const giveUpAt = now() + PATIENCE_MS;
  for (let look = FIRST_LOOK; ; look *= LOOK_FACTOR) {
    const from = end - look > start ? end - look : start;
    const value = await lastBetween(log, key, { from, end, isLate: () => now() > giveUpAt });
    if (value !== null || from === start) return value;
  }
}

async function lastBetween(
  log: PartitionLog,
  key: Buffer,
  { from, end, isLate }: { readonly from: bigint; readonly end: bigint; readonly isLate: () => boolean },
): Promise<Buffer | null> {
  let last: Buffer | null = null;
  let position = from;
  while (position < end) {
    const { batches, aborted } = await log.fetchCommitted(position);
    const isAborted = abortedFilter(aborted);
    for (const batch of batches) {
      const isLeftOut = isAborted(batch);
      position = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      if (isLeftOut || (batch.attributes & CONTROL_BIT) !== 0) continue;
      for (const record of batch.records) if (record.key?.equals(key) === true) last = record.value;
    }
    if (batches.length === 0 && isLate()) {
      throw new Error(`a transaction of another producer has been open since offset ${position} for too long`);
    }
  }
  return last;
}

/** Batches in their order: those of an aborted transaction lie between its first offset and its control record. */
function abortedFilter(aborted: LogSlice["aborted"]): (batch: LogBatch) => boolean {
  const ahead = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const within = new Set<bigint>();
  return ({ producerId, attributes, firstOffset, lastOffsetDelta }) => {
    const lastOffset = firstOffset + BigInt(lastOffsetDelta);
    while (ahead[0] !== undefined && ahead[0].firstOffset <= lastOffset) within.add(ahead.shift()?.producerId ?? -1n);
    if ((attributes & CONTROL_BIT) !== 0) {
      within.delete(producerId);
      return true;
    }
    return (attributes & TRANSACTIONAL_BIT) !== 0 && within.has(producerId);
  };
}

/** A partition as its leader serves it. */
export function partitionLog(leader: BrokerConnection, topic: string, partition: number): PartitionLog {
  const place = `${topic}/${partition}`;
  const offset = async (timestamp: bigint): Promise<bigint> => {
    const partitions = [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }];
    const topics = [{ name: topic, partitions }];
    const answer = await leader.ask("ListOffsets", listOffsetsV7.api, -1, READ_UNCOMMITTED, topics);
    const found = answer.topics[0]?.partitions[0];
    if (found === undefined) throw new Error(`ListOffsets: the answer does not name ${place}`);
    refuse(`ListOffsets of ${place}`, found.errorCode);
    return found.offset;
  };
  return {
    startOffset: () => offset(EARLIEST),
    endOffset: () => offset(LATEST),
    async fetchCommitted(fetchOffset) {
      const partitions = [
        { partition, currentLeaderEpoch: -1, fetchOffset, lastFetchedEpoch: -1, partitionMaxBytes: FETCH_BYTES },
      ];
      const topics = [{ topicId: topic, partitions }];
      const limits = [FETCH_WAIT_MS, 1, FETCH_BYTES, READ_COMMITTED] as const;
      const answer = await leader.ask("Fetch", fetchV12.api, ...limits, 0, -1, topics, [], "");
      refuse(`Fetch of ${place}`, answer.errorCode);
      const found = answer.responses[0]?.partitions[0];
      if (found === undefined) throw new Error(`Fetch: the answer does not name ${place}`);
      refuse(`Fetch of ${place}`, found.errorCode);
      return { batches: found.records ?? [], aborted: found.abortedTransactions ?? [] };
    },
  };
}

function refuse(what: string, code: number): void {
  if (code !== NO_ERROR) throw new Error(`${what}: ${errorName(code)}`);
}
