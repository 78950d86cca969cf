import type { Broker } from "../broker.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";

/*
DeleteRecords Request (Version: 0 to 2; flexible from 2) => [topics] timeout_ms
  topics => name [partitions]
    partitions => partition_index offset
      partition_index => INT32
      offset => INT64             -1: the end of the log
  timeout_ms => INT32

DeleteRecords Response => throttle_time_ms [topics]
  throttle_time_ms => INT32
  topics => name [partitions]
    partitions => partition_index low_watermark error_code
      partition_index => INT32   low_watermark => INT64   error_code => INT16
*/
export const deleteRecords: Api = {
  key: 21,
  name: "DeleteRecords",
  minVersion: 0,
  maxVersion: 2,
  firstFlexibleVersion: 2,
  handle(request, response, { broker }) {
    const topics = readTopics(request, () => {
      const asked = { index: request.int32(), offset: request.int64() };
      request.endStruct();
      return asked;
    });
    const answers = answerTopics(topics, (topic, { index, offset }) => ({
      index,
      ...deleteBefore(broker, topic, index, offset),
    }));
    response.int32(0);
    writeTopics(response, answers, ({ index, lowWatermark, error }) => {
      response.int32(index).int64(lowWatermark).int16(error).endStruct();
    });
    response.endStruct();
  },
};

function deleteBefore(
  broker: Broker,
  topicName: string,
  index: number,
  asked: bigint,
): { lowWatermark: bigint; error: ErrorCode } {
  const topic = broker.topics.get(topicName);
  const partition = topic?.partitions[index];
  if (topic === undefined || partition === undefined) {
    return { lowWatermark: -1n, error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  }
  const offset = asked === -1n ? partition.endOffset : asked;
  if (offset < 0n || offset > partition.endOffset) return { lowWatermark: -1n, error: ErrorCode.OFFSET_OUT_OF_RANGE };
  broker.topics.deleteRecords(topic, partition, offset);
  return { lowWatermark: partition.logStartOffset, error: ErrorCode.NONE };
}
