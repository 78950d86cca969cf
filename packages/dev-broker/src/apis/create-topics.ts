import type { Broker } from "../broker.ts";
import type { Refusal } from "../log/produce-validation.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { Reader } from "../protocol/reader.ts";
import type { Writer } from "../protocol/writer.ts";
import { configEntries } from "../topics/topic-configs.ts";
import type { NewTopic, Topic } from "../topics/topic-store.ts";

/*
CreateTopics Request (Version: 2 to 7; flexible from 5) => [topics] timeout_ms validate_only
  topics => name num_partitions replication_factor [assignments] [configs]
    name => STRING   num_partitions => INT32   replication_factor => INT16
    assignments => partition_index [broker_ids]
      partition_index => INT32   broker_ids => INT32
    configs => name value
      name => STRING   value => NULLABLE_STRING
  timeout_ms => INT32   validate_only => BOOLEAN

CreateTopics Response => throttle_time_ms [topics]
  throttle_time_ms => INT32
  topics => name topic_id error_code error_message num_partitions replication_factor [configs]
    name => STRING
    topic_id => UUID             (7+)
    error_code => INT16   error_message => NULLABLE_STRING
    num_partitions => INT32      (5+)
    replication_factor => INT16  (5+)
    configs => name value read_only config_source is_sensitive   (5+)
      name => STRING   value => NULLABLE_STRING   read_only => BOOLEAN   config_source => INT8
      is_sensitive => BOOLEAN
*/
export const createTopics: Api = {
  key: 19,
  name: "CreateTopics",
  minVersion: 2,
  maxVersion: 7,
  firstFlexibleVersion: 5,
  handle(request, response, { version, broker }) {
    const topics = request.array(() => readTopic(request));
    request.int32();
    const validateOnly = request.boolean();
    const occurrences = Map.groupBy(topics, ({ name }) => name);
    const answers = [...occurrences].map(([name, [topic, ...repeats]]): Answer => {
      if (topic === undefined || repeats.length > 0) {
        return { name, error: ErrorCode.INVALID_REQUEST, reason: "Duplicate topic name.", topic: undefined };
      }
      return { name, ...create(broker, topic, validateOnly) };
    });
    response.int32(0).array(answers, (answer) => writeTopic(response, answer, version));
    response.endStruct();
  },
};

interface RequestedTopic extends NewTopic {
  readonly replicationFactor: number;
  readonly assignments: readonly { readonly partition: number; readonly brokers: readonly number[] }[];
}

interface Answer {
  readonly name: string;
  readonly error: ErrorCode;
  readonly reason: string | null;
  /** What was made, or would be: absent after a refusal. */
  readonly topic: (Pick<NewTopic, "partitions" | "configs"> & { readonly id: string }) | undefined;
}

/** num_partitions and replication_factor: the broker's default. */
const byDefault = -1;
const noTopicId = "0".repeat(32);

function readTopic(request: Reader): RequestedTopic {
  const name = request.string();
  const partitions = request.int32();
  const replicationFactor = request.int16();
  const assignments = request.array(() => {
    const assignment = { partition: request.int32(), brokers: request.array(() => request.int32()) };
    request.endStruct();
    return assignment;
  });
  const configs = request.array(() => {
    const config = [request.string(), request.nullableString()] as const;
    request.endStruct();
    return config;
  });
  request.endStruct();
  return { name, partitions, replicationFactor, assignments, configs };
}

function create(broker: Broker, requested: RequestedTopic, validateOnly: boolean): Omit<Answer, "name"> {
  const { name, configs, assignments } = requested;
  const defaulted = requested.partitions === byDefault ? broker.defaultPartitions : requested.partitions;
  const partitions = assignments.length > 0 ? assignments.length : defaulted;
  const refusal = broker.topics.check({ name, partitions, configs }) ?? checkReplicas(requested, broker.nodeId);
  if (refusal !== null) return { ...refusal, topic: undefined };
  const created: Topic | undefined = validateOnly ? undefined : broker.topics.create({ name, partitions, configs });
  return { error: ErrorCode.NONE, reason: null, topic: { partitions, configs, id: created?.id ?? noTopicId } };
}

/** There is one broker to place replicas on. */
function checkReplicas(topic: RequestedTopic, nodeId: number): Refusal | null {
  const { assignments, replicationFactor } = topic;
  if (assignments.length === 0) {
    if (replicationFactor === byDefault || replicationFactor === 1) return null;
    const reason = `A replication factor of ${replicationFactor} cannot be reached: there is one broker.`;
    return { error: ErrorCode.INVALID_REPLICATION_FACTOR, reason };
  }
  if (topic.partitions !== byDefault || replicationFactor !== byDefault) {
    const reason = "With assignments, num_partitions and replication_factor must be -1.";
    return { error: ErrorCode.INVALID_REQUEST, reason };
  }
  const numbers = new Set(assignments.map(({ partition }) => partition));
  const consecutive = numbers.size === assignments.length && assignments.every((_, index) => numbers.has(index));
  const placed = assignments.every(({ brokers }) => brokers.length === 1 && brokers[0] === nodeId);
  if (consecutive && placed) return null;
  const reason = `Every partition from 0 on must be assigned once, to broker ${nodeId}.`;
  return { error: ErrorCode.INVALID_REPLICA_ASSIGNMENT, reason };
}

function writeTopic(response: Writer, { name, error, reason, topic }: Answer, version: number): void {
  response.string(name);
  if (version >= 7) response.uuid(topic?.id ?? noTopicId);
  response.int16(error).nullableString(reason);
  if (version >= 5) {
    response.int32(topic?.partitions ?? -1).int16(topic === undefined ? -1 : 1);
    const set = new Map(topic?.configs.map(([key, value]) => [key, value ?? ""]));
    response.array(topic === undefined ? [] : configEntries(set), (config) => {
      response.string(config.name).nullableString(config.value).boolean(false).int8(config.source);
      response.boolean(false).endStruct();
    });
  }
  response.endStruct();
}
