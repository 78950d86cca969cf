import type { AppendLimits } from "../log/produce-validation.ts";

/** The types of DescribeConfigs' answers. */
export const ConfigType = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const;

export interface ConfigDefinition {
  readonly type: keyof typeof ConfigType;
  readonly defaultValue: string;
  /** The values that are allowed, where they are few. */
  readonly oneOf?: readonly string[];
}

/**
 * The settings of a topic, with Kafka 4's defaults. `cleanup.policy` (keys are demanded, nothing is compacted),
 * `max.message.bytes` and `message.timestamp.*` have an effect; the others are kept and described, nothing more.
 */
export const topicConfigs: Readonly<Record<string, ConfigDefinition>> = {
  "cleanup.policy": {
    type: "list",
    defaultValue: "delete",
    oneOf: ["compact", "delete", "compact,delete", "delete,compact", ""],
  },
  "compression.type": {
    type: "string",
    defaultValue: "producer",
    oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
  },
  "delete.retention.ms": { type: "long", defaultValue: "86400000" },
  "file.delete.delay.ms": { type: "long", defaultValue: "60000" },
  "flush.messages": { type: "long", defaultValue: "9223372036854775807" },
  "flush.ms": { type: "long", defaultValue: "9223372036854775807" },
  "index.interval.bytes": { type: "int", defaultValue: "4096" },
  "max.compaction.lag.ms": { type: "long", defaultValue: "9223372036854775807" },
  "max.message.bytes": { type: "int", defaultValue: "1048588" },
  "message.timestamp.after.max.ms": { type: "long", defaultValue: "3600000" },
  "message.timestamp.before.max.ms": { type: "long", defaultValue: "9223372036854775807" },
  "message.timestamp.type": { type: "string", defaultValue: "CreateTime", oneOf: ["CreateTime", "LogAppendTime"] },
  "min.cleanable.dirty.ratio": { type: "double", defaultValue: "0.5" },
  "min.compaction.lag.ms": { type: "long", defaultValue: "0" },
  "min.insync.replicas": { type: "int", defaultValue: "1" },
  preallocate: { type: "boolean", defaultValue: "false", oneOf: ["true", "false"] },
  "retention.bytes": { type: "long", defaultValue: "-1" },
  "retention.ms": { type: "long", defaultValue: "604800000" },
  "segment.bytes": { type: "int", defaultValue: "1073741824" },
  "segment.index.bytes": { type: "int", defaultValue: "10485760" },
  "segment.jitter.ms": { type: "long", defaultValue: "0" },
  "segment.ms": { type: "long", defaultValue: "604800000" },
  "unclean.leader.election.enable": { type: "boolean", defaultValue: "false", oneOf: ["true", "false"] },
};

/** Why a topic cannot have this setting; null when it can. */
export function topicConfigProblem(name: string, value: string | null): string | null {
  const definition = topicConfigs[name];
  if (definition === undefined) return `Unknown topic config name: ${name}`;
  if (value === null) return `Null value not supported for topic configs: ${name}`;
  if (definition.oneOf !== undefined) {
    return definition.oneOf.includes(value) ? null : `Invalid value ${value} for configuration ${name}`;
  }
  const isInteger = definition.type === "int" || definition.type === "long";
  const pattern = isInteger ? /^-?\d{1,19}$/ : /^\d+(\.\d+)?$/;
  return pattern.test(value)
    ? null
    : `Invalid value ${value} for configuration ${name}: Not a number of type ${definition.type}`;
}

/** What a topic's settings mean for its producers. */
export function appendLimits(configs: ReadonlyMap<string, string>): AppendLimits {
  const value = (name: string): string => configs.get(name) ?? topicConfigs[name]?.defaultValue ?? "";
  return {
    maxMessageBytes: Number(value("max.message.bytes")),
    timestampBeforeMaxMs: Number(value("message.timestamp.before.max.ms")),
    timestampAfterMaxMs: Number(value("message.timestamp.after.max.ms")),
    keysRequired: value("cleanup.policy").includes("compact"),
    logAppendTime: value("message.timestamp.type") === "LogAppendTime",
  };
}

/** Where a value comes from, as DescribeConfigs' answers number it. */
export const ConfigSource = { topic: 1, staticBroker: 4, default: 5 } as const;

export interface ConfigEntry {
  readonly name: string;
  readonly value: string;
  readonly type: keyof typeof ConfigType;
  readonly source: number;
  readonly readOnly: boolean;
}

/** Every setting of a topic, those that it was not given too. */
export function configEntries(configs: ReadonlyMap<string, string>): ConfigEntry[] {
  return Object.entries(topicConfigs).map(([name, { type, defaultValue }]) => ({
    name,
    value: configs.get(name) ?? defaultValue,
    type,
    source: configs.has(name) ? ConfigSource.topic : ConfigSource.default,
    readOnly: false,
  }));
}
