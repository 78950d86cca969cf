import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";
import { fencedFor } from "./producer-fenced.ts";

/*
AddPartitionsToTxn Request (Version: 0 to 3; flexible from 3) => transactional_id producer_id producer_epoch [topics]
  transactional_id => STRING   producer_id => INT64   producer_epoch => INT16
  topics => name [partitions]
    partitions => INT32

AddPartitionsToTxn Response => throttle_time_ms [results]
  throttle_time_ms => INT32
  results => name [results_by_partition]
    results_by_partition => partition_index error_code
      partition_index => INT32   error_code => INT16
*/
export const addPartitionsToTxn: Api = {
  key: 24,
  name: "AddPartitionsToTxn",
  minVersion: 0,
  maxVersion: 3,
  firstFlexibleVersion: 3,
  handle(request, response, { version, broker }) {
    const transactionalId = request.string();
    const producer = { producerId: request.int64(), epoch: request.int16() };
    const topics = readTopics(request, () => request.int32());
    const isKnown = (topic: string, partition: number): boolean =>
      broker.topics.partition(topic, partition) !== undefined;
    const named = topics.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })));
    const allKnown = named.every(({ topic, partition }) => isKnown(topic, partition));
    // All or none: beside an unknown partition, the others are not attempted.
    const found = allKnown ? broker.transactions.find(transactionalId, producer) : ErrorCode.OPERATION_NOT_ATTEMPTED;
    if (typeof found !== "number") broker.transactions.addPartitions(found, named);
    const error = typeof found === "number" ? fencedFor(version, found) : ErrorCode.NONE;
    const answers = answerTopics(topics, (topic, partition) => ({
      partition,
      error: isKnown(topic, partition) ? error : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    }));
    response.int32(0);
    writeTopics(response, answers, (answer) => {
      response.int32(answer.partition).int16(answer.error).endStruct();
    });
    response.endStruct();
  },
};
