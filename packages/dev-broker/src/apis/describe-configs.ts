import type { Broker } from "../broker.ts";
import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { type ConfigEntry, ConfigType, configEntries } from "../topics/topic-configs.ts";
import { topicNameProblem } from "../topics/topic-name.ts";

/*
DescribeConfigs Request (Version: 1 to 4; flexible from 4) => [resources] include_synonyms include_documentation
  resources => resource_type resource_name [configuration_keys]
    resource_type => INT8            2: topic, 4: broker
    resource_name => STRING
    configuration_keys => STRING     null: all
  include_synonyms => BOOLEAN
  include_documentation => BOOLEAN   (3+)

DescribeConfigs Response => throttle_time_ms [results]
  throttle_time_ms => INT32
  results => error_code error_message resource_type resource_name [configs]
    error_code => INT16   error_message => NULLABLE_STRING   resource_type => INT8   resource_name => STRING
    configs => name value read_only config_source is_sensitive [synonyms] config_type documentation
      name => STRING   value => NULLABLE_STRING   read_only => BOOLEAN   config_source => INT8
      is_sensitive => BOOLEAN
      synonyms => name value source
      config_type => INT8                (3+)
      documentation => NULLABLE_STRING   (3+)
*/
export const describeConfigs: Api = {
  key: 32,
  name: "DescribeConfigs",
  minVersion: 1,
  maxVersion: 4,
  firstFlexibleVersion: 4,
  handle(request, response, { version, broker }) {
    const resources = request.array(() => {
      const resource = {
        type: request.int8(),
        name: request.string(),
        keys: request.nullableArray(() => request.string()),
      };
      request.endStruct();
      return resource;
    });
    response.int32(0).array(resources, ({ type, name, keys }) => {
      const { error, reason, configs } = describe(broker, type, name);
      const wanted = configs.filter((config) => keys === null || keys.length === 0 || keys.includes(config.name));
      response.int16(error).nullableString(reason).int8(type).string(name);
      response.array(wanted, (config) => {
        response.string(config.name).nullableString(config.value).boolean(config.readOnly).int8(config.source);
        response.boolean(false).array([], () => {});
        if (version >= 3) response.int8(ConfigType[config.type]).nullableString(null);
        response.endStruct();
      });
      response.endStruct();
    });
    response.endStruct();
  },
};

interface Description {
  readonly error: ErrorCode;
  readonly reason: string | null;
  readonly configs: readonly ConfigEntry[];
}

const resourceType = { topic: 2, broker: 4 } as const;

function describe(broker: Broker, type: number, name: string): Description {
  if (type === resourceType.broker) {
    if (name === "" || name === String(broker.nodeId)) return describeAs(broker.configs());
    const reason = `Unexpected broker id, expected ${broker.nodeId} or empty string, but received ${name}`;
    return refuse(ErrorCode.INVALID_REQUEST, reason);
  }
  if (type !== resourceType.topic) return refuse(ErrorCode.INVALID_REQUEST, `Unsupported resource type: ${type}`);
  const problem = topicNameProblem(name);
  if (problem !== null) return refuse(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
  const topic = broker.topics.get(name);
  if (topic === undefined) return refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, null);
  return describeAs(configEntries(topic.configs));
}

function describeAs(configs: readonly ConfigEntry[]): Description {
  return { error: ErrorCode.NONE, reason: null, configs };
}

function refuse(error: ErrorCode, reason: string | null): Description {
  return { error, reason, configs: [] };
}
