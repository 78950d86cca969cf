import {
  type CompatibilityMode,
  formatProblem,
  isCompatibilityMode,
  parseSchema,
  type RecordSchema,
} from "@waybill/avro";
import { configFileName, parseConfig } from "./config.ts";
import { type EventName, namespaceOf, parseEventType, recordNameFor } from "./event-name.ts";
import { layOutJson } from "./json-layout.ts";
import { formatLock, lockFileName } from "./lock-file.ts";
import { keyFieldOf } from "./rules/key-field.ts";
import { releaseAll } from "./rules/release.ts";
import { buildSchemaTree, fileOf } from "./schema-tree.ts";

/** A subject as a registry holds it. */
export interface RegistrySubject {
  readonly subject: string;
  /** The mode that holds for it, its own or the registry's. */
  readonly mode: string;
  /** In ascending order. */
  readonly versions: readonly RegistryVersion[];
}

/** A version of a subject. */
export interface RegistryVersion {
  readonly schema: string;
  /** `AVRO` unless the registry says otherwise. */
  readonly schemaType: string;
  /** Whether it uses types of other subjects. */
  readonly hasReferences: boolean;
}

/** A tree that holds what a registry holds. */
export interface AdoptedTree {
  /** Text by path, with the config and the lock. */
  readonly files: ReadonlyMap<string, string>;
  readonly adopted: readonly AdoptedEvent[];
  /** What cannot be an event of a tree, and why. */
  readonly skipped: readonly { readonly subject: string; readonly reason: string }[];
  /** The mode of every adopted subject; null when they differ. */
  readonly mode: CompatibilityMode | null;
}

/** An event that was made from subjects. */
export interface AdoptedEvent {
  readonly name: EventName;
  readonly topic: string;
  /** The registered schemas, that of v1 first. */
  readonly texts: readonly string[];
}

interface AdoptedSubject {
  readonly subject: RegistrySubject;
  readonly name: EventName;
  readonly topic: string;
  /** The version of the event that the generation begins with. */
  readonly start: number;
  readonly records: readonly RecordSchema[];
}

/** Makes a tree of the subjects that are named as `schemas push` names them; their versions are released. */
export function adoptSubjects(subjects: readonly RegistrySubject[], registryUrl: string): AdoptedTree {
  const read = subjects.map((subject) => readSubject(subject));
  const skipped = read.filter((result) => "reason" in result);
  const byEvent = Map.groupBy(
    read.filter((result) => "name" in result),
    ({ name }) => name.type,
  );
  const good: AdoptedSubject[] = [];
  const adopted: AdoptedEvent[] = [];
  for (const generations of byEvent.values()) {
    const sorted = generations.toSorted((a, b) => a.start - b.start);
    const fault = faultOf(sorted);
    if (fault !== null) skipped.push(...sorted.map(({ subject }) => ({ subject: subject.subject, reason: fault })));
    const [first] = sorted;
    if (fault !== null || first === undefined) continue;
    good.push(...sorted);
    const texts = sorted.flatMap(({ subject }) => subject.versions.map(({ schema }) => schema));
    adopted.push({ name: first.name, topic: first.topic, texts });
  }
  const mode = commonMode(good);
  return { files: filesOf(adopted, configOf(good, mode, registryUrl)), adopted, skipped, mode };
}

function readSubject(subject: RegistrySubject): AdoptedSubject | { readonly subject: string; readonly reason: string } {
  const skip = (reason: string) => ({ subject: subject.subject, reason });
  const records: RecordSchema[] = [];
  for (const [index, { schema, schemaType, hasReferences }] of subject.versions.entries()) {
    if (schemaType !== "AVRO") return skip(`its schemas are ${schemaType}, not Avro`);
    if (hasReferences) return skip("it refers to types of other subjects, and a version of a tree stands alone");
    const parsed = parseSchema(schema);
    if (!parsed.ok) return skip(`version ${index + 1} is invalid: ${parsed.problems.map(formatProblem).join("; ")}`);
    if (parsed.schema.type !== "record") return skip(`version ${index + 1} is no record`);
    records.push(parsed.schema);
  }
  const names = [...new Set(records.map(({ fullName }) => fullName))];
  const [fullName] = names;
  if (fullName === undefined || names.length > 1)
    return skip(`its versions are of several records: ${names.join(", ")}`);
  const generation = generationOf(fullName);
  if (generation === null) return skip(`its record ${fullName} is not named domain.entity.EntityAction`);
  if (!subject.subject.endsWith(`-${fullName}`)) return skip(`it is not named <topic>-${fullName}`);
  const topic = subject.subject.slice(0, -fullName.length - 1);
  return { subject, records, topic, ...generation };
}

/** The event of a record, and the version that its generation begins with; null when its name tells none. */
function generationOf(fullName: string): { readonly name: EventName; readonly start: number } | null {
  const [domain, entity, record, ...rest] = fullName.split(".");
  if (domain === undefined || entity === undefined || record === undefined || rest.length > 0) return null;
  const [, base = record, number] = /^(.*?)V([1-9][0-9]*)$/.exec(record) ?? [];
  const words = base.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  if (!words.startsWith(`${entity}_`)) return null;
  const name = parseEventType(`${domain}.${entity}.${words.slice(entity.length + 1)}`);
  const start = number === undefined ? 1 : Number(number);
  return name !== null && recordNameFor(name, start) === fullName ? { name, start } : null;
}

/** Why the subjects of an event do not make one history; null when they do. */
function faultOf(generations: readonly AdoptedSubject[]): string | null {
  const topics = [...new Set(generations.map(({ topic }) => topic))];
  if (topics.length > 1) return `the generations of its event are on several topics: ${topics.join(", ")}`;
  let next = 1;
  for (const { start, records } of generations) {
    if (start !== next) {
      return `its event's versions do not add up: a generation begins with v${start} where v${next} follows`;
    }
    next += records.length;
  }
  return null;
}

function commonMode(subjects: readonly AdoptedSubject[]): CompatibilityMode | null {
  const modes = [...new Set(subjects.map(({ subject }) => subject.mode))];
  const [mode] = modes;
  return mode !== undefined && modes.length === 1 && isCompatibilityMode(mode) ? mode : null;
}

function configOf(subjects: readonly AdoptedSubject[], mode: CompatibilityMode | null, registryUrl: string): string {
  const events: Record<string, { topic?: string; key?: string | null }> = {};
  for (const { name, topic, records } of subjects) {
    const keys = [...new Set(records.map((record) => keyFieldOf(record, undefined)?.name ?? null))];
    const settings = {
      ...events[name.type],
      ...(topic === namespaceOf(name) ? {} : { topic }),
      // A released schema cannot gain the mark any more, so that the config has to say it.
      ...(keys.includes(null) ? { key: keys.find((key) => key !== null) ?? null } : {}),
    };
    if (Object.keys(settings).length > 0) events[name.type] = settings;
  }
  const config = {
    ...(mode === null ? {} : { mode }),
    registry: { url: registryUrl },
    ...(Object.keys(events).length === 0 ? {} : { events }),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function filesOf(events: readonly AdoptedEvent[], configText: string): ReadonlyMap<string, string> {
  const schemas = events.flatMap(({ name, texts }) =>
    texts.map((text, index) => [fileOf(name, index + 1), layOutJson(text)] as const),
  );
  const encoder = new TextEncoder();
  const { config } = parseConfig(encoder.encode(configText));
  if (config === null) throw new TypeError("the config that was made cannot be read");
  const tree = buildSchemaTree(
    config,
    schemas.map(([path, text]) => ({ path, content: encoder.encode(text) })),
  );
  const lock = formatLock(releaseAll(tree, new Map()));
  return new Map([[configFileName, configText], [lockFileName, lock], ...schemas]);
}
