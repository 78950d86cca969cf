import { offsetByTimestamp, offsetOfMaxTimestamp } from "../log/offset-by-timestamp.ts";
import { type IsolationLevel, type Partition, leaderEpoch } from "../log/partition.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";

/*
ListOffsets Request (Version: 1 to 7; flexible from 6) => replica_id isolation_level [topics]
  replica_id => INT32
  isolation_level => INT8             (2+)
  topics => name [partitions]
    partitions => partition_index current_leader_epoch timestamp
      partition_index => INT32
      current_leader_epoch => INT32   (4+)
      timestamp => INT64              -1: end, -2: start, -3: the greatest timestamp (7+)

ListOffsets Response => throttle_time_ms [topics]
  throttle_time_ms => INT32           (2+)
  topics => name [partitions]
    partitions => partition_index error_code timestamp offset leader_epoch
      partition_index => INT32   error_code => INT16   timestamp => INT64   offset => INT64
      leader_epoch => INT32           (4+)
*/
export const listOffsets: Api = {
  key: 2,
  name: "ListOffsets",
  minVersion: 1,
  maxVersion: 7,
  firstFlexibleVersion: 6,
  handle(request, response, { version, broker }) {
    request.int32();
    const isolation: IsolationLevel = version >= 2 && request.int8() === 1 ? "read_committed" : "read_uncommitted";
    const topics = readTopics(request, () => {
      const index = request.int32();
      const currentLeaderEpoch = version >= 4 ? request.int32() : -1;
      const asked = { index, currentLeaderEpoch, timestamp: request.int64() };
      request.endStruct();
      return asked;
    });
    if (version >= 2) response.int32(0);
    const answers = answerTopics(topics, (topic, { index, currentLeaderEpoch, timestamp }) => {
      const partition = broker.topics.partition(topic, index);
      if (partition === undefined) return { index, ...nowhere, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      if (currentLeaderEpoch > leaderEpoch) return { index, ...nowhere, error: ErrorCode.UNKNOWN_LEADER_EPOCH };
      if (timestamp < special.maxTimestamp) return { index, ...nowhere, error: ErrorCode.UNSUPPORTED_VERSION };
      return { index, error: ErrorCode.NONE, ...find(partition, timestamp, isolation) };
    });
    writeTopics(response, answers, ({ index, error, timestamp, offset }) => {
      response.int32(index).int16(error).int64(timestamp).int64(offset);
      if (version >= 4) response.int32(offset === -1n ? -1 : leaderEpoch);
      response.endStruct();
    });
    response.endStruct();
  },
};

const nowhere = { timestamp: -1n, offset: -1n };
const special = { end: -1n, start: -2n, maxTimestamp: -3n } as const;

function find(partition: Partition, timestamp: bigint, isolation: IsolationLevel): typeof nowhere {
  switch (timestamp) {
    case special.end:
      return { timestamp: -1n, offset: partition.readLimit(isolation) };
    case special.start:
      return { timestamp: -1n, offset: partition.logStartOffset };
    case special.maxTimestamp:
      return offsetOfMaxTimestamp(partition);
    default:
      return offsetByTimestamp(partition, timestamp, partition.readLimit(isolation));
  }
}
