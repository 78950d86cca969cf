import { type Refusal, parseProduced } from "../log/produce-validation.ts";
import type { AppendResult } from "../log/partition.ts";
import type { RecordBatch } from "../log/record-batch.ts";
import type { Api, Call } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";

/*
Produce Request (Version: 3 to 11; flexible from 9) => transactional_id acks timeout_ms [topic_data]
  transactional_id => NULLABLE_STRING   acks => INT16   timeout_ms => INT32
  topic_data => name [partition_data]
    partition_data => index records
      index => INT32   records => RECORDS

Produce Response => [responses] throttle_time_ms
  responses => name [partition_responses]
    partition_responses => index error_code base_offset log_append_time_ms log_start_offset [record_errors] error_message
      index => INT32   error_code => INT16   base_offset => INT64   log_append_time_ms => INT64
      log_start_offset => INT64             (5+)
      record_errors => batch_index message  (8+)
      error_message => NULLABLE_STRING      (8+)
*/
export const produce: Api = {
  key: 0,
  name: "Produce",
  minVersion: 3,
  maxVersion: 11,
  firstFlexibleVersion: 9,
  handle(request, response, call) {
    const transactionalId = request.nullableString();
    const acks = request.int16();
    request.int32();
    const topics = readTopics(request, () => {
      const data = { index: request.int32(), records: request.nullableBytes() };
      request.endStruct();
      return data;
    });
    const producer: Producer = { transactionalId, acks, call };
    const answers = answerTopics(topics, (topic, { index, records }) => ({
      index,
      ...appendTo(producer, topic, index, records),
    }));
    if (acks === 0) {
      // No response is awaited, so a closed connection is the only sign that something went wrong.
      const failed = answers.some((topic) => topic.partitions.some(({ error }) => error !== ErrorCode.NONE));
      return failed ? "close" : "no-response";
    }
    writeTopics(response, answers, (answer) => {
      response.int32(answer.index).int16(answer.error).int64(answer.baseOffset).int64(answer.appendTimeMs);
      if (call.version >= 5) response.int64(answer.logStartOffset);
      if (call.version >= 8) response.array([], () => {}).nullableString(answer.reason);
      response.endStruct();
    });
    response.int32(0).endStruct();
    return "respond";
  },
};

interface Producer {
  readonly transactionalId: string | null;
  readonly acks: number;
  readonly call: Call;
}

interface Answer {
  readonly error: ErrorCode;
  readonly reason: string | null;
  readonly baseOffset: bigint;
  readonly appendTimeMs: bigint;
  readonly logStartOffset: bigint;
}

/** TRANSACTION_ABORTABLE is understood from this version on (KIP-890). */
const firstAbortableVersion = 11;

function appendTo(producer: Producer, topicName: string, index: number, records: Buffer | null): Answer {
  const { broker, version } = producer.call;
  const topic = broker.topics.get(topicName);
  const partition = topic?.partitions[index];
  if (topic === undefined || partition === undefined) {
    return refuse({ error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, reason: "This server does not host this partition." });
  }
  const batch = parseProduced(records, version);
  if ("error" in batch) return refuse(batch);
  if (producer.acks < -1 || producer.acks > 1) {
    return refuse({ error: ErrorCode.INVALID_REQUIRED_ACKS, reason: `acks must be 0, 1 or -1, not ${producer.acks}` });
  }
  const forbidden = batch.isTransactional ? checkTransaction(producer, topicName, index, batch) : ErrorCode.NONE;
  if (forbidden !== ErrorCode.NONE) {
    return refuse({ error: forbidden, reason: "The batch is no part of an open transaction of its producer." });
  }
  const result: AppendResult = partition.append(batch, topic.limits, broker.now());
  if ("reason" in result) return refuse(result);
  const { baseOffset, appendTimeMs } = result;
  return { error: ErrorCode.NONE, reason: null, baseOffset, appendTimeMs, logStartOffset: partition.logStartOffset };
}

function checkTransaction(producer: Producer, topic: string, partition: number, batch: RecordBatch): ErrorCode {
  if (producer.transactionalId === null) return ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  const identity = { producerId: batch.producerId, epoch: batch.producerEpoch };
  const error = producer.call.broker.transactions.checkProduce(producer.transactionalId, identity, topic, partition);
  const abortable = error === ErrorCode.INVALID_TXN_STATE && producer.call.version >= firstAbortableVersion;
  return abortable ? ErrorCode.TRANSACTION_ABORTABLE : error;
}

function refuse({ error, reason }: Refusal): Answer {
  return { error, reason, baseOffset: -1n, appendTimeMs: -1n, logStartOffset: -1n };
}
