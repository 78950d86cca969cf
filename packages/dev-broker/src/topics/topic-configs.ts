import type { AppendLimits } from "../log/produce-validation.ts";

/** The types of DescribeConfigs' answers. */
export const ConfigType = { boolean: 1, string: 2, int: 3, long: 5, double: 6, list: 7 } as const;

export interface ConfigDefinition {
  readonly type: keyof typeof ConfigType;
  readonly defaultValue: string;
  /** The values that are allowed, where they are few; of a list, those of its elements. */
  readonly oneOf?: readonly string[];
  /** The least value of a number. */
  readonly min?: number;
  /** The greatest value of a number; that of its type where there is no other. */
  readonly max?: number;
}

const int32Max = 2 ** 31 - 1;
const int64Max = 9223372036854775807n;
const never = String(int64Max);

/**
 * The settings of a topic, with Kafka 4's defaults and bounds. `cleanup.policy` (compact: keys are demanded, nothing is
 * compacted), `max.message.bytes` and `message.timestamp.*` have an effect; the others are kept and described, no more.
 */
export const topicConfigs: Readonly<Record<string, ConfigDefinition>> = {
  "cleanup.policy": { type: "list", defaultValue: "delete", oneOf: ["compact", "delete"] },
  "compression.type": {
    type: "string",
    defaultValue: "producer",
    oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
  },
  "delete.retention.ms": { type: "long", defaultValue: "86400000", min: 0 },
  "file.delete.delay.ms": { type: "long", defaultValue: "60000", min: 0 },
  "flush.messages": { type: "long", defaultValue: never, min: 1 },
  "flush.ms": { type: "long", defaultValue: never, min: 0 },
  "index.interval.bytes": { type: "int", defaultValue: "4096", min: 0 },
  "max.compaction.lag.ms": { type: "long", defaultValue: never, min: 1 },
  "max.message.bytes": { type: "int", defaultValue: "1048588", min: 0 },
  "message.timestamp.after.max.ms": { type: "long", defaultValue: "3600000", min: 0 },
  "message.timestamp.before.max.ms": { type: "long", defaultValue: never, min: 0 },
  "message.timestamp.type": { type: "string", defaultValue: "CreateTime", oneOf: ["CreateTime", "LogAppendTime"] },
  "min.cleanable.dirty.ratio": { type: "double", defaultValue: "0.5", min: 0, max: 1 },
  "min.compaction.lag.ms": { type: "long", defaultValue: "0", min: 0 },
  "min.insync.replicas": { type: "int", defaultValue: "1", min: 1 },
  preallocate: { type: "boolean", defaultValue: "false" },
  "retention.bytes": { type: "long", defaultValue: "-1" },
  "retention.ms": { type: "long", defaultValue: "604800000", min: -1 },
  "segment.bytes": { type: "int", defaultValue: "1073741824", min: 1_048_576 },
  "segment.index.bytes": { type: "int", defaultValue: "10485760", min: 4 },
  "segment.jitter.ms": { type: "long", defaultValue: "0", min: 0 },
  "segment.ms": { type: "long", defaultValue: "604800000", min: 1 },
  "unclean.leader.election.enable": { type: "boolean", defaultValue: "false" },
};

/** Why a topic cannot have this setting; null when it can. */
export function topicConfigProblem(name: string, value: string | null): string | null {
  const definition = topicConfigs[name];
  if (definition === undefined) return `Unknown topic config name: ${name}`;
  if (value === null) return `Null value not supported for topic configs: ${name}`;
  return isAllowed(definition, value.trim()) ? null : `Invalid value ${value} for configuration ${name}`;
}

function isAllowed({ type, oneOf = [], min = -int32Max, max }: ConfigDefinition, value: string): boolean {
  switch (type) {
    case "boolean":
      return /^(true|false)$/i.test(value);
    case "string":
      return oneOf.includes(value);
    case "list":
      return value === "" || listElements(value).every((element) => oneOf.includes(element));
    case "double":
      return /^\d+(\.\d+)?$/.test(value) && Number(value) >= min && Number(value) <= (max ?? Infinity);
    case "int":
    case "long":
      if (!/^-?\d{1,19}$/.test(value)) return false;
      return BigInt(value) >= BigInt(min) && BigInt(value) <= (type === "int" ? BigInt(int32Max) : int64Max);
  }
}

function listElements(value: string): string[] {
  return value.split(",").map((element) => element.trim());
}

/** What a topic's settings mean for its producers. */
export function appendLimits(configs: ReadonlyMap<string, string>): AppendLimits {
  const value = (name: string): string => configs.get(name) ?? topicConfigs[name]?.defaultValue ?? "";
  return {
    maxMessageBytes: Number(value("max.message.bytes")),
    timestampBeforeMaxMs: Number(value("message.timestamp.before.max.ms")),
    timestampAfterMaxMs: Number(value("message.timestamp.after.max.ms")),
    keysRequired: listElements(value("cleanup.policy")).includes("compact"),
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
