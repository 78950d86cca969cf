import { expect, it } from "@jest/globals";
import { IS_CONTROL, IS_TRANSACTIONAL, type RecordsBatch } from "@platformatic/kafka";
import { committedBatches } from "./committed-records.ts";

const batch = (firstOffset: bigint, producerId: bigint, attributes: number): RecordsBatch => ({
  firstOffset,
  lastOffsetDelta: 1,
  producerId,
  attributes,
  length: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  firstTimestamp: 0n,
  maxTimestamp: 0n,
  producerEpoch: 0,
  firstSequence: 0,
  records: [],
});

it("leaves out markers, and what a producer wrote before the one that aborts it", () => {
  const batches = [
    batch(0n, 1n, IS_TRANSACTIONAL), // committed
    batch(2n, 1n, IS_TRANSACTIONAL | IS_CONTROL),
    batch(4n, 1n, IS_TRANSACTIONAL), // aborted
    batch(6n, 2n, IS_TRANSACTIONAL), // another's, committed
    batch(8n, 3n, 0), // in no transaction
    batch(10n, 1n, IS_TRANSACTIONAL), // aborted
    batch(12n, 1n, IS_TRANSACTIONAL | IS_CONTROL),
    batch(14n, 1n, IS_TRANSACTIONAL), // the next of the same producer, committed
    batch(16n, 1n, IS_TRANSACTIONAL | IS_CONTROL),
    batch(18n, 2n, IS_TRANSACTIONAL), // aborted in the second transaction of two
  ];
  const aborted = [
    { producerId: 2n, firstOffset: 18n },
    { producerId: 1n, firstOffset: 4n },
  ];
  expect(committedBatches(batches, aborted).map(({ firstOffset }) => firstOffset)).toEqual([0n, 6n, 8n, 14n]);
});
