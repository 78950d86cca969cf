import type { CommittedOffset } from "../groups/group-coordinator.ts";
import type { Broker } from "../broker.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { type TopicPartitions, answerTopics, readTopic, writeTopics } from "../protocol/topic-array.ts";

/*
OffsetFetch Request (Version: 1 to 7; flexible from 6) => group_id [topics] require_stable
  group_id => STRING
  topics => name [partition_indexes]     null asks for all (2+)
    partition_indexes => INT32
  require_stable => BOOLEAN              (7+)

OffsetFetch Response => throttle_time_ms [topics] error_code
  throttle_time_ms => INT32              (3+)
  topics => name [partitions]
    partitions => partition_index committed_offset committed_leader_epoch metadata error_code
      partition_index => INT32   committed_offset => INT64
      committed_leader_epoch => INT32    (5+)
      metadata => NULLABLE_STRING   error_code => INT16
  error_code => INT16                    (2+)
*/
export const offsetFetch: Api = {
  key: 9,
  name: "OffsetFetch",
  minVersion: 1,
  maxVersion: 7,
  firstFlexibleVersion: 6,
  handle(request, response, { version, broker }) {
    const groupId = request.string();
    const asked = request.nullableArray(() => readTopic(request, () => request.int32()));
    const requireStable = version >= 7 && request.boolean();
    if (version >= 3) response.int32(0);
    const topics = answerTopics(asked ?? allPartitions(broker, groupId), (topic, index) => {
      if (requireStable && broker.transactions.hasPendingOffset(groupId, topic, index)) {
        return { ...none(index), error: ErrorCode.UNSTABLE_OFFSET_COMMIT };
      }
      return { ...none(index), ...broker.groups.committed(groupId, topic, index), error: ErrorCode.NONE };
    });
    writeTopics(response, topics, ({ partition, offset, leaderEpoch, metadata, error }) => {
      response.int32(partition).int64(offset);
      if (version >= 5) response.int32(leaderEpoch);
      response
        .nullableString(metadata ?? "")
        .int16(error)
        .endStruct();
    });
    if (version >= 2) response.int16(ErrorCode.NONE);
    response.endStruct();
  },
};

function none(partition: number): Omit<CommittedOffset, "topic"> {
  return { partition, offset: -1n, leaderEpoch: -1, metadata: "" };
}

function allPartitions(broker: Broker, groupId: string): TopicPartitions<number>[] {
  const byTopic = Map.groupBy(broker.groups.allCommitted(groupId), ({ topic }) => topic);
  return [...byTopic].map(([name, offsets]) => ({ name, partitions: offsets.map(({ partition }) => partition) }));
}
