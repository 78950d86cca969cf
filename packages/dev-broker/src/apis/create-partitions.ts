import type { Broker } from "../broker.ts";
import type { Refusal } from "../log/produce-validation.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";

/*
CreatePartitions Request (Version: 0 to 3; flexible from 2) => [topics] timeout_ms validate_only
  topics => name count [assignments]
    name => STRING   count => INT32
    assignments => [broker_ids]    null: the broker places them
      broker_ids => INT32
  timeout_ms => INT32   validate_only => BOOLEAN

CreatePartitions Response => throttle_time_ms [results]
  throttle_time_ms => INT32
  results => name error_code error_message
    name => STRING   error_code => INT16   error_message => NULLABLE_STRING
*/
export const createPartitions: Api = {
  key: 37,
  name: "CreatePartitions",
  minVersion: 0,
  maxVersion: 3,
  firstFlexibleVersion: 2,
  handle(request, response, { broker }) {
    const topics = request.array(() => {
      const name = request.string();
      const count = request.int32();
      const assignments = request.nullableArray(() => {
        const brokers = request.array(() => request.int32());
        request.endStruct();
        return brokers;
      });
      request.endStruct();
      return { name, count, assignments };
    });
    request.int32();
    const validateOnly = request.boolean();
    response.int32(0).array(topics, (topic) => {
      const refusal = grow(broker, topic, validateOnly);
      response
        .string(topic.name)
        .int16(refusal?.error ?? ErrorCode.NONE)
        .nullableString(refusal?.reason ?? null);
      response.endStruct();
    });
    response.endStruct();
  },
};

interface Growth {
  readonly name: string;
  readonly count: number;
  readonly assignments: readonly (readonly number[])[] | null;
}

function grow(broker: Broker, { name, count, assignments }: Growth, validateOnly: boolean): Refusal | null {
  const topic = broker.topics.get(name);
  if (topic === undefined) return { error: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, reason: `There is no topic ${name}.` };
  const added = count - topic.partitions.length;
  if (added <= 0) {
    const reason = `The topic has ${topic.partitions.length} partitions; ${count} would not be an increase.`;
    return { error: ErrorCode.INVALID_PARTITIONS, reason };
  }
  const placed = assignments?.every((brokers) => brokers.length === 1 && brokers[0] === broker.nodeId) ?? true;
  if (!placed || (assignments !== null && assignments.length !== added)) {
    const reason = `${added} partitions are added, each must be assigned to broker ${broker.nodeId}.`;
    return { error: ErrorCode.INVALID_REPLICA_ASSIGNMENT, reason };
  }
  if (!validateOnly) broker.topics.grow(topic, count);
  return null;
}
