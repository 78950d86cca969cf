import type { CommittedOffset } from "../groups/group-coordinator.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";

/*
OffsetCommit Request (Version: 2 to 8; flexible from 8) => group_id generation_id member_id group_instance_id
    retention_time_ms [topics]
  group_id => STRING   generation_id => INT32   member_id => STRING
  group_instance_id => NULLABLE_STRING   (7+)
  retention_time_ms => INT64             (2 to 4)
  topics => name [partitions]
    partitions => partition_index committed_offset committed_leader_epoch committed_metadata
      partition_index => INT32   committed_offset => INT64
      committed_leader_epoch => INT32    (6+)
      committed_metadata => NULLABLE_STRING

OffsetCommit Response => throttle_time_ms [topics]
  throttle_time_ms => INT32              (3+)
  topics => name [partitions]
    partitions => partition_index error_code
      partition_index => INT32   error_code => INT16
*/
export const offsetCommit: Api = {
  key: 8,
  name: "OffsetCommit",
  minVersion: 2,
  maxVersion: 8,
  firstFlexibleVersion: 8,
  handle(request, response, { version, broker }) {
    const groupId = request.string();
    const generation = request.int32();
    const memberId = request.string();
    if (version >= 7) request.nullableString();
    if (version <= 4) request.int64();
    const topics = readTopics(request, () => {
      const partition = request.int32();
      const offset = request.int64();
      const leaderEpoch = version >= 6 ? request.int32() : -1;
      const committed = { partition, offset, leaderEpoch, metadata: request.nullableString() };
      request.endStruct();
      return committed;
    });
    const refused = broker.groups.checkCommit(groupId, memberId, generation, false);
    const answers = answerTopics(topics, (topic, committed) => {
      let error = broker.topics.partition(topic, committed.partition) ? refused : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      if (error === ErrorCode.NONE) error = checkOffsetMetadata(committed);
      if (error === ErrorCode.NONE) broker.groups.commit(groupId, { topic, ...committed });
      return { partition: committed.partition, error };
    });
    if (version >= 3) response.int32(0);
    writeTopics(response, answers, ({ partition, error }) => {
      response.int32(partition).int16(error).endStruct();
    });
    response.endStruct();
  },
};

/** Kafka's default of `offset.metadata.max.bytes`, which counts characters in spite of its name. */
const maxMetadataLength = 4096;

export function checkOffsetMetadata({ metadata }: Pick<CommittedOffset, "metadata">): ErrorCode {
  const tooLarge = metadata !== null && metadata.length > maxMetadataLength;
  return tooLarge ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
}
