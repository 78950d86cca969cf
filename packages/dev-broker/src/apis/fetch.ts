import { type IsolationLevel, type Partition, leaderEpoch } from "../log/partition.ts";
import type { AbortedTransaction } from "../log/producer-states.ts";
import type { RecordBatch } from "../log/record-batch.ts";
import type { Api, Call } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { Reader } from "../protocol/reader.ts";
import { type TopicPartitions, answerTopics, readTopics, writeTopics } from "../protocol/topic-array.ts";
import type { Writer } from "../protocol/writer.ts";

/*
Fetch Request (Version: 4 to 12; flexible from 12) => replica_id max_wait_ms min_bytes max_bytes isolation_level
    session_id session_epoch [topics] [forgotten_topics_data] rack_id
  replica_id => INT32   max_wait_ms => INT32   min_bytes => INT32   max_bytes => INT32   isolation_level => INT8
  session_id => INT32       (7+)
  session_epoch => INT32    (7+)
  topics => topic [partitions]
    partitions => partition current_leader_epoch fetch_offset last_fetched_epoch log_start_offset partition_max_bytes
      partition => INT32
      current_leader_epoch => INT32   (9+)
      fetch_offset => INT64
      last_fetched_epoch => INT32     (12+)
      log_start_offset => INT64       (5+)
      partition_max_bytes => INT32
  forgotten_topics_data => topic [partitions]  (7+)
    partitions => INT32
  rack_id => STRING         (11+)

Fetch Response => throttle_time_ms error_code session_id [responses]
  throttle_time_ms => INT32
  error_code => INT16       (7+)
  session_id => INT32       (7+)
  responses => topic [partitions]
    partitions => partition_index error_code high_watermark last_stable_offset log_start_offset
        [aborted_transactions] preferred_read_replica records
      partition_index => INT32   error_code => INT16   high_watermark => INT64   last_stable_offset => INT64
      log_start_offset => INT64         (5+)
      aborted_transactions => producer_id first_offset
        producer_id => INT64   first_offset => INT64
      preferred_read_replica => INT32   (11+)
      records => RECORDS
*/
export const fetch: Api = {
  key: 1,
  name: "Fetch",
  minVersion: 4,
  maxVersion: 12,
  firstFlexibleVersion: 12,
  async handle(request, response, call) {
    const fetchRequest = readRequest(request, call.version);
    const { version } = call;
    response.int32(0);
    // Sessions are optional: a full request is answered in full, under id 0, "no session". One that refers to a session
    // refers to none of this broker's.
    const isFull = fetchRequest.sessionEpoch === 0 || fetchRequest.sessionEpoch === -1;
    if (version >= 7) response.int16(isFull ? ErrorCode.NONE : ErrorCode.FETCH_SESSION_ID_NOT_FOUND).int32(0);
    writeTopics(response, isFull ? await readWhenReady(fetchRequest, call) : [], (answer) => {
      writePartition(response, answer, fetchRequest.isolation, version);
    });
    response.endStruct();
  },
};

interface FetchPartition {
  readonly index: number;
  readonly currentLeaderEpoch: number;
  readonly offset: bigint;
  readonly maxBytes: number;
}

interface FetchRequest {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly isolation: IsolationLevel;
  readonly sessionEpoch: number;
  readonly topics: readonly TopicPartitions<FetchPartition>[];
}

interface Answer {
  readonly index: number;
  readonly error: ErrorCode;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly logStartOffset: bigint;
  readonly aborted: readonly AbortedTransaction[];
  readonly batches: readonly RecordBatch[];
}

interface Collected {
  readonly topics: readonly TopicPartitions<Answer>[];
  readonly bytes: number;
  readonly hasError: boolean;
}

/** Kafka's default of `fetch.max.bytes`, which caps what a client may ask for. */
const maxResponseBytes = 57_671_680;

function readRequest(request: Reader, version: number): FetchRequest {
  request.int32();
  const maxWaitMs = request.int32();
  const minBytes = request.int32();
  const maxBytes = Math.min(request.int32(), maxResponseBytes);
  const isolation: IsolationLevel = request.int8() === 1 ? "read_committed" : "read_uncommitted";
  if (version >= 7) request.int32();
  const sessionEpoch = version >= 7 ? request.int32() : -1;
  const topics = readTopics(request, () => {
    const index = request.int32();
    const currentLeaderEpoch = version >= 9 ? request.int32() : -1;
    const offset = request.int64();
    if (version >= 12) request.int32();
    if (version >= 5) request.int64();
    const partition = { index, currentLeaderEpoch, offset, maxBytes: request.int32() };
    request.endStruct();
    return partition;
  });
  if (version >= 7) readTopics(request, () => request.int32());
  if (version >= 11) request.string();
  request.endStruct();
  return { maxWaitMs, minBytes, maxBytes, isolation, sessionEpoch, topics };
}

/** Waits until `minBytes` can be read, something is wrong, or `maxWaitMs` has passed: a long poll. */
async function readWhenReady(request: FetchRequest, call: Call): Promise<readonly TopicPartitions<Answer>[]> {
  const deadline = call.broker.now() + request.maxWaitMs;
  for (;;) {
    const collected = collect(request, call);
    const remainingMs = deadline - call.broker.now();
    const ready = collected.hasError || collected.bytes >= request.minBytes || call.signal.aborted;
    if (ready || remainingMs <= 0) return collected.topics;
    await nextChange(request, call, remainingMs);
  }
}

/** Resolves at the next change of a partition that is asked for, or after `timeoutMs`, or when the broker stops. */
function nextChange(request: FetchRequest, call: Call, timeoutMs: number): Promise<void> {
  const partitions = request.topics.flatMap(({ name, partitions: asked }) =>
    asked.flatMap(({ index }) => call.broker.topics.partition(name, index) ?? []),
  );
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", finish);
      for (const withdraw of withdrawals) withdraw();
      resolve();
    };
    const timer = setTimeout(finish, timeoutMs);
    const withdrawals = partitions.map((partition) => partition.onChange(finish));
    call.signal.addEventListener("abort", finish);
  });
}

/** Reads each partition in turn, within its own limit and what the others have left of the response's. */
function collect(request: FetchRequest, call: Call): Collected {
  let bytes = 0;
  let hasError = false;
  const topics = answerTopics(request.topics, (topic, asked) => {
    const partition = call.broker.topics.partition(topic, asked.index);
    const error = checkFetch(partition, asked);
    if (partition === undefined || error !== ErrorCode.NONE) {
      hasError = true;
      return refuse(asked.index, error);
    }
    const maxBytes = Math.min(asked.maxBytes, request.maxBytes - bytes);
    const answer = readPartition(partition, asked.offset, request.isolation, maxBytes, bytes === 0);
    for (const batch of answer.batches) bytes += batch.bytes.length;
    return answer;
  });
  return { topics, bytes, hasError };
}

function checkFetch(partition: Partition | undefined, asked: FetchPartition): ErrorCode {
  if (partition === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  if (asked.currentLeaderEpoch > leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  const inRange = asked.offset >= partition.logStartOffset && asked.offset <= partition.endOffset;
  return inRange ? ErrorCode.NONE : ErrorCode.OFFSET_OUT_OF_RANGE;
}

function readPartition(
  partition: Partition,
  offset: bigint,
  isolation: IsolationLevel,
  maxBytes: number,
  atLeastOne: boolean,
): Answer {
  const batches = partition.read(offset, partition.readLimit(isolation), maxBytes, atLeastOne);
  const last = batches.at(-1);
  const wantsAborted = isolation === "read_committed" && last !== undefined;
  return {
    index: partition.index,
    error: ErrorCode.NONE,
    highWatermark: partition.endOffset,
    lastStableOffset: partition.lastStableOffset,
    logStartOffset: partition.logStartOffset,
    aborted: wantsAborted ? partition.abortedBetween(offset, last.lastOffset) : [],
    batches,
  };
}

function refuse(index: number, error: ErrorCode): Answer {
  const unknown = { highWatermark: -1n, lastStableOffset: -1n, logStartOffset: -1n };
  return { index, error, ...unknown, aborted: [], batches: [] };
}

function writePartition(response: Writer, answer: Answer, isolation: IsolationLevel, version: number): void {
  response.int32(answer.index).int16(answer.error).int64(answer.highWatermark).int64(answer.lastStableOffset);
  if (version >= 5) response.int64(answer.logStartOffset);
  if (isolation === "read_committed") {
    response.array(answer.aborted, ({ producerId, firstOffset }) => {
      response.int64(producerId).int64(firstOffset).endStruct();
    });
  } else {
    response.nullArray();
  }
  if (version >= 11) response.int32(-1);
  response.records(answer.batches.map((batch) => batch.bytes)).endStruct();
}
