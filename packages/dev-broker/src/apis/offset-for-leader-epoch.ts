import { leaderEpoch } from "../log/partition.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";

/*
OffsetForLeaderEpoch Request (Version: 2 to 4; flexible from 4) => replica_id [topics]
  replica_id => INT32                (3+)
  topics => topic [partitions]
    partitions => partition current_leader_epoch leader_epoch
      partition => INT32   current_leader_epoch => INT32   leader_epoch => INT32

OffsetForLeaderEpoch Response => throttle_time_ms [topics]
  throttle_time_ms => INT32
  topics => topic [partitions]
    partitions => error_code partition leader_epoch end_offset
      error_code => INT16   partition => INT32   leader_epoch => INT32   end_offset => INT64
*/
export const offsetForLeaderEpoch: Api = {
  key: 23,
  name: "OffsetForLeaderEpoch",
  minVersion: 2,
  maxVersion: 4,
  firstFlexibleVersion: 4,
  handle(request, response, { version, broker }) {
    if (version >= 3) request.int32();
    const topics = readTopics(request, () => {
      const asked = { index: request.int32(), currentEpoch: request.int32(), epoch: request.int32() };
      request.endStruct();
      return asked;
    });
    const answers = answerTopics(topics, (topic, { index, currentEpoch, epoch }) => {
      const partition = broker.topics.partition(topic, index);
      if (partition === undefined) return { index, ...unknown, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      if (currentEpoch > leaderEpoch) return { index, ...unknown, error: ErrorCode.UNKNOWN_LEADER_EPOCH };
      if (epoch !== leaderEpoch) return { index, ...unknown, error: ErrorCode.NONE };
      return { index, error: ErrorCode.NONE, epoch, endOffset: partition.endOffset };
    });
    response.int32(0);
    writeTopics(response, answers, ({ index, error, epoch, endOffset }) => {
      response.int16(error).int32(index).int32(epoch).int64(endOffset).endStruct();
    });
    response.endStruct();
  },
};

const unknown = { epoch: -1, endOffset: -1n };
