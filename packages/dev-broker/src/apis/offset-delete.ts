import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";

/*
OffsetDelete Request (Version: 0) => group_id [topics]
  group_id => STRING
  topics => name [partitions]
    partitions => partition_index
      partition_index => INT32

OffsetDelete Response => error_code throttle_time_ms [topics]
  error_code => INT16   throttle_time_ms => INT32
  topics => name [partitions]
    partitions => partition_index error_code
      partition_index => INT32   error_code => INT16

What a group's members subscribe to is opaque to this broker, so a group with members keeps all its offsets.
*/
export const offsetDelete: Api = {
  key: 47,
  name: "OffsetDelete",
  minVersion: 0,
  maxVersion: 0,
  firstFlexibleVersion: null,
  handle(request, response, { broker }) {
    const groupId = request.string();
    const topics = readTopics(request, () => request.int32());
    const group = broker.groups.group(groupId);
    if (group === undefined) {
      response
        .int16(ErrorCode.GROUP_ID_NOT_FOUND)
        .int32(0)
        .array([], () => {});
      return;
    }
    const answers = answerTopics(topics, (topic, partition) => {
      if (!broker.topics.partition(topic, partition)) return { partition, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      if (group.state !== "Empty") return { partition, error: ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC };
      broker.groups.deleteOffset(groupId, topic, partition);
      return { partition, error: ErrorCode.NONE };
    });
    response.int16(ErrorCode.NONE).int32(0);
    writeTopics(response, answers, ({ partition, error }) => {
      response.int32(partition).int16(error);
    });
  },
};
