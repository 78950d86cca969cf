import type { SchemasConfig } from "../config.ts";
import { configFileName } from "../config.ts";
import { type Finding, type Severity, startOf } from "../finding.ts";
import type { LockedVersion, SchemaLock } from "../lock-file.ts";
import { defaultSeverities } from "../rule-severity.ts";
import type { EventHistory, SchemaVersion } from "../schema-tree.ts";
import { namespaceOf } from "../event-name.ts";
import { keyFieldOf } from "./key-field.ts";

/** The config must give a released event the topic and key that it was released with: they hold for all its versions. */
export function checkReleasedSettings(
  event: EventHistory,
  config: SchemasConfig,
  lock: SchemaLock,
): readonly Finding[] {
  const locked = lock.get(event.name.type);
  const newest = event.versions.findLast(({ version }) => locked?.has(version) === true);
  const released = newest && locked?.get(newest.version);
  if (newest === undefined || released === undefined) return [];
  const settings = config.events.get(event.name.type);
  const shared = {
    ...(settings?.at ?? startOf(configFileName)),
    related: { ...released.at, message: `as v${newest.version} was released` },
    about: { event: event.name.type, version: newest.version },
  };
  return [topicMoved(event, released), keyMoved(event, config, newest, released)].flatMap((moved) => {
    const severity = moved === null ? "off" : (config.rules.get(moved.rule) ?? defaultSeverities[moved.rule]);
    return moved === null || severity === "off" ? [] : [{ ...shared, ...moved, severity: severity satisfies Severity }];
  });
}

type Moved = Pick<Finding, "message" | "help"> & { readonly rule: "topic-moved" | "key-moved" };

function topicMoved({ name, topic }: EventHistory, released: LockedVersion): Moved | null {
  const before = released.topic ?? namespaceOf(name);
  if (before === topic) return null;
  return {
    rule: "topic-moved",
    message: `${name.type} was released on the topic "${before}", and the config puts it on "${topic}"`,
    help: "keep the topic: consumers of the old one would get no further event; for another one make a new event",
  };
}

function keyMoved(
  { name }: EventHistory,
  config: SchemasConfig,
  { record }: SchemaVersion,
  released: LockedVersion,
): Moved | null {
  if (record === null) return null;
  const settings = config.events.get(name.type);
  const before = released.key === undefined ? (keyFieldOf(record, undefined)?.name ?? null) : released.key;
  const after = settings?.key === undefined ? (keyFieldOf(record, undefined)?.name ?? null) : settings.key;
  if (before === after) return null;
  return {
    rule: "key-moved",
    message: `${name.type} was released with ${describeKey(before)}, and the config gives it ${describeKey(after)}`,
    help: "keep the key: events of one entity would go to another partition, out of order with those before them",
  };
}

function describeKey(key: string | null): string {
  return key === null ? "no key" : `the key "${key}"`;
}
