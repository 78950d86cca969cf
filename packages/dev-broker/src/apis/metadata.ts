import type { Broker } from "../broker.ts";
import { leaderEpoch } from "../log/partition.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { Writer } from "../protocol/writer.ts";
import { topicNameProblem } from "../topics/topic-name.ts";
import type { Topic } from "../topics/topic-store.ts";

/*
Metadata Request (Version: 0 to 9; flexible from 9) => [topics] allow_auto_topic_creation
    include_cluster_authorized_operations include_topic_authorized_operations
  topics => name                                     null (0: empty) asks for all
    name => STRING
  allow_auto_topic_creation => BOOLEAN               (4+)
  include_cluster_authorized_operations => BOOLEAN   (8+)
  include_topic_authorized_operations => BOOLEAN     (8+)

Metadata Response => throttle_time_ms [brokers] cluster_id controller_id [topics] cluster_authorized_operations
  throttle_time_ms => INT32                    (3+)
  brokers => node_id host port rack
    node_id => INT32   host => STRING   port => INT32
    rack => NULLABLE_STRING                    (1+)
  cluster_id => NULLABLE_STRING                (2+)
  controller_id => INT32                       (1+)
  topics => error_code name is_internal [partitions] topic_authorized_operations
    error_code => INT16   name => STRING
    is_internal => BOOLEAN                     (1+)
    partitions => error_code partition_index leader_id leader_epoch [replica_nodes] [isr_nodes] [offline_replicas]
      error_code => INT16   partition_index => INT32   leader_id => INT32
      leader_epoch => INT32                    (7+)
      replica_nodes => INT32   isr_nodes => INT32
      offline_replicas => INT32                (5+)
    topic_authorized_operations => INT32       (8+)
  cluster_authorized_operations => INT32       (8+)
*/
export const metadata: Api = {
  key: 3,
  name: "Metadata",
  minVersion: 0,
  maxVersion: 9,
  firstFlexibleVersion: 9,
  handle(request, response, { version, broker, address }) {
    const names = request.nullableArray(() => {
      const name = request.string();
      request.endStruct();
      return name;
    });
    const mayCreate = version >= 4 ? request.boolean() : true;
    const all = names === null || (version === 0 && names.length === 0);
    const topics = all ? broker.topics.all().map(found) : names.map((name) => findOrCreate(broker, name, mayCreate));
    if (version >= 3) response.int32(0);
    response.array([address], ({ host, port }) => {
      response.int32(broker.nodeId).string(host).int32(port);
      if (version >= 1) response.nullableString(null);
      response.endStruct();
    });
    if (version >= 2) response.nullableString(broker.clusterId);
    if (version >= 1) response.int32(broker.nodeId);
    response.array(topics, (topic) => writeTopic(response, topic, version, broker.nodeId));
    if (version >= 8) response.int32(operationsNotAsked);
    response.endStruct();
  },
};

interface Answer {
  readonly error: ErrorCode;
  readonly name: string;
  readonly topic: Topic | undefined;
}

/** What Kafka answers for authorized operations when they were not asked for; nothing is authorized here. */
const operationsNotAsked = -2_147_483_648;

function found(topic: Topic): Answer {
  return { error: ErrorCode.NONE, name: topic.name, topic };
}

function findOrCreate(broker: Broker, name: string, mayCreate: boolean): Answer {
  const topic = broker.topics.get(name);
  if (topic !== undefined) return found(topic);
  if (topicNameProblem(name) !== null) return { error: ErrorCode.INVALID_TOPIC_EXCEPTION, name, topic: undefined };
  const missing: Answer = { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name, topic: undefined };
  if (!mayCreate || !broker.autoCreateTopics) return missing;
  const wanted = { name, partitions: broker.defaultPartitions, configs: [] };
  const refusal = broker.topics.check(wanted);
  return refusal === null ? found(broker.topics.create(wanted)) : missing;
}

function writeTopic(response: Writer, { error, name, topic }: Answer, version: number, nodeId: number): void {
  response.int16(error).string(name);
  if (version >= 1) response.boolean(false);
  const writeNode = (node: number): void => void response.int32(node);
  response.array(topic?.partitions ?? [], ({ index }) => {
    response.int16(ErrorCode.NONE).int32(index).int32(nodeId);
    if (version >= 7) response.int32(leaderEpoch);
    response.array([nodeId], writeNode).array([nodeId], writeNode);
    if (version >= 5) response.array([], writeNode);
    response.endStruct();
  });
  if (version >= 8) response.int32(operationsNotAsked);
  response.endStruct();
}
