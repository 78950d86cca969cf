import type { CommittedOffset } from "../groups/group-coordinator.ts";
import { toOffsetEntry } from "../groups/group-coordinator.ts";
import type { Broker } from "../broker.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";
import type { ProducerIdentity } from "../transactions/transaction-coordinator.ts";
import type { Transaction } from "../transactions/transaction.ts";
import { checkOffsetMetadata } from "./offset-commit.ts";

/*
TxnOffsetCommit Request (Version: 0 to 4; flexible from 3) => transactional_id group_id producer_id producer_epoch
    generation_id member_id group_instance_id [topics]
  transactional_id => STRING   group_id => STRING   producer_id => INT64   producer_epoch => INT16
  generation_id => INT32                 (3+)
  member_id => STRING                    (3+)
  group_instance_id => NULLABLE_STRING   (3+)
  topics => name [partitions]
    partitions => partition_index committed_offset committed_leader_epoch committed_metadata
      partition_index => INT32   committed_offset => INT64
      committed_leader_epoch => INT32    (2+)
      committed_metadata => NULLABLE_STRING

TxnOffsetCommit Response => throttle_time_ms [topics]
  throttle_time_ms => INT32
  topics => name [partitions]
    partitions => partition_index error_code
      partition_index => INT32   error_code => INT16
*/
export const txnOffsetCommit: Api = {
  key: 28,
  name: "TxnOffsetCommit",
  minVersion: 0,
  maxVersion: 4,
  firstFlexibleVersion: 3,
  handle(request, response, { version, broker }) {
    const transactionalId = request.string();
    const groupId = request.string();
    const producer = { producerId: request.int64(), epoch: request.int16() };
    const generation = version >= 3 ? request.int32() : -1;
    const memberId = version >= 3 ? request.string() : "";
    if (version >= 3) request.nullableString();
    const topics = readTopics(request, () => {
      const partition = request.int32();
      const offset = request.int64();
      const leaderEpoch = version >= 2 ? request.int32() : -1;
      const committed = { partition, offset, leaderEpoch, metadata: request.nullableString() };
      request.endStruct();
      return committed;
    });
    const found = findForGroup(broker, transactionalId, producer, groupId);
    const refused = typeof found === "number" ? found : broker.groups.checkCommit(groupId, memberId, generation, true);
    const accepted: CommittedOffset[] = [];
    const answers = answerTopics(topics, (topic, committed) => {
      const { partition } = committed;
      if (!broker.topics.partition(topic, partition)) return { partition, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
      const error = refused === ErrorCode.NONE ? checkOffsetMetadata(committed) : refused;
      if (error === ErrorCode.NONE) accepted.push({ topic, ...committed });
      return { partition, error };
    });
    if (typeof found !== "number" && accepted.length > 0) {
      broker.transactions.addOffsets(
        found,
        accepted.map((committed) => toOffsetEntry(groupId, committed)),
      );
    }
    response.int32(0);
    writeTopics(response, answers, ({ partition, error }) => {
      response.int32(partition).int16(error).endStruct();
    });
    response.endStruct();
  },
};

/** The open transaction that AddOffsetsToTxn made this group a part of. */
function findForGroup(
  broker: Broker,
  transactionalId: string,
  producer: ProducerIdentity,
  groupId: string,
): Transaction | ErrorCode {
  const found = broker.transactions.find(transactionalId, producer);
  if (found === ErrorCode.PRODUCER_FENCED) return ErrorCode.INVALID_PRODUCER_EPOCH;
  if (typeof found === "number") return found;
  return found.state === "ongoing" && found.groups.has(groupId) ? found : ErrorCode.INVALID_TXN_STATE;
}
