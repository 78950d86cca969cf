import type { RecordSchema } from "@waybill/avro";
import type { EventName } from "../event-name.ts";
import type { VersionDiff } from "../version-diff.ts";
import type { VersionState } from "../version-state.ts";
import type { FieldRow } from "./field-rows.ts";

/** What people want to know about a schema tree, in whatever form it is then written. Lists are sorted by name. */
export interface Catalogue {
  readonly title: string;
  readonly domains: readonly DomainEntry[];
  readonly events: readonly EventEntry[];
  readonly topics: readonly TopicEntry[];
  /** The services that have a contract. */
  readonly services: readonly ServiceEntry[];
}

/** A domain, which publishes its events. */
export interface DomainEntry {
  readonly name: string;
  readonly events: readonly EventEntry[];
}

/** An event with all of its versions. */
export interface EventEntry {
  readonly name: EventName;
  readonly type: string;
  readonly topic: string;
  readonly newest: VersionEntry;
  /** The fields of the newest version, and of the records in it. */
  readonly fields: readonly FieldRow[];
  /** In ascending order. */
  readonly generations: readonly GenerationEntry[];
  readonly consumers: readonly ConsumerEntry[];
  /** Where generated code is imported from; null when the tree generates none. */
  readonly importPath: string | null;
}

/** The versions of one record name. */
export interface GenerationEntry {
  /** Counted from 1. */
  readonly number: number;
  readonly record: string;
  readonly subject: string;
  /** In ascending order. */
  readonly versions: readonly VersionEntry[];
}

/** A version of an event. */
export interface VersionEntry {
  readonly version: number;
  readonly state: VersionState;
  /** Path relative to the schema tree, with `/`. */
  readonly file: string;
  readonly subject: string;
  /** The text that is registered. */
  readonly text: string;
  readonly record: RecordSchema;
  /** The field with the partition key. */
  readonly key: string | null;
  /** Why it should not be used any more; null when nothing says so. */
  readonly deprecated: string | null;
  /** What changed from the version before; null for the first. */
  readonly changes: VersionDiff | null;
}

/** A Kafka topic. */
export interface TopicEntry {
  readonly name: string;
  readonly events: readonly EventEntry[];
}

/** A service with what it reads. */
export interface ServiceEntry {
  readonly name: string;
  readonly owner: string;
  readonly description: string | null;
  readonly reads: readonly ServiceRead[];
}

/** An event that a service reads. */
export interface ServiceRead extends EventUse {
  readonly event: EventEntry;
}

/** A service that reads an event. */
export interface ConsumerEntry extends EventUse {
  readonly service: string;
  readonly owner: string;
}

/** What is read of an event. */
interface EventUse {
  /** Ascending. */
  readonly versions: readonly number[];
  /** Paths such as `lines[].sku`; null for all of it. */
  readonly fields: readonly string[] | null;
}

/** The versions of an event in ascending order. */
export function versionsOf(event: EventEntry): readonly VersionEntry[] {
  return event.generations.flatMap(({ versions }) => versions);
}
