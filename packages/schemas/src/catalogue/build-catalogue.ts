import type { SchemasConfig } from "../config.ts";
import type { ConsumerContract } from "../contracts/contract.ts";
import { isRecordVersion, type RecordVersion } from "../event-reference.ts";
import { compareFiles } from "../finding.ts";
import { folderOf } from "../generate/names.ts";
import type { SchemaLock } from "../lock-file.ts";
import { keyFieldOf } from "../rules/key-field.ts";
import { type EventHistory, generationsOf, type SchemaTree } from "../schema-tree.ts";
import { diffVersions } from "../version-diff.ts";
import { versionStateOf } from "../version-state.ts";
import type {
  Catalogue,
  ConsumerEntry,
  DomainEntry,
  EventEntry,
  GenerationEntry,
  ServiceEntry,
  TopicEntry,
  VersionEntry,
} from "./catalogue.ts";
import { deprecationOf } from "./deprecation.ts";
import { fieldRowsOf } from "./field-rows.ts";

/** What a catalogue is made from. */
export interface CatalogueSource {
  readonly title: string;
  readonly tree: SchemaTree;
  readonly lock: SchemaLock;
}

/** Gathers what there is to say about a tree. Versions without a record and events without any version are left out. */
export function buildCatalogue(source: CatalogueSource): Catalogue {
  const events = source.tree.events.flatMap((event) => eventEntryOf(event, source) ?? []);
  return {
    title: source.title,
    events,
    domains: groupBy(events, ({ name }) => name.domain).map(([name, own]): DomainEntry => ({ name, events: own })),
    topics: groupBy(events, ({ topic }) => topic).map(([name, own]): TopicEntry => ({ name, events: own })),
    services: servicesOf(events, source.tree.contracts),
  };
}

function eventEntryOf(event: EventHistory, source: CatalogueSource): EventEntry | null {
  const generations = generationEntriesOf(event, source);
  const newest = generations.at(-1)?.versions.at(-1);
  if (newest === undefined) return null;
  const { name, topic } = event;
  return {
    name,
    type: name.type,
    topic,
    newest,
    fields: fieldRowsOf(newest.record, newest.key),
    generations,
    consumers: consumersOf(name.type, source.tree.contracts),
    importPath: importPathOf(event, source.tree.config),
  };
}

function generationEntriesOf(event: EventHistory, { tree, lock }: CatalogueSource): readonly GenerationEntry[] {
  let before: RecordVersion | null = null;
  return generationsOf(event).map(({ recordName, subject, versions }, index) => ({
    number: index + 1,
    record: recordName,
    subject,
    versions: versions.filter(isRecordVersion).map((version): VersionEntry => {
      const { record, file, text } = version;
      const key = keyFieldOf(record, tree.config.events.get(event.name.type))?.name ?? null;
      const changes = before === null ? null : diffVersions(sideOf(event, before), sideOf(event, version));
      before = version;
      return {
        version: version.version,
        state: versionStateOf(event.name.type, version, lock),
        file,
        subject,
        text,
        record,
        key,
        deprecated: deprecationOf(record.properties, record.doc),
        changes,
      };
    }),
  }));
}

function sideOf(event: EventHistory, { version, file, text, record }: RecordVersion) {
  return { label: `${event.name.type} v${version}`, file, text, record };
}

function importPathOf({ name }: EventHistory, { generate }: SchemasConfig): string | null {
  return generate === null ? null : `${generate.scope}/${folderOf(name.domain)}/${name.entity}.${name.action}`;
}

function consumersOf(type: string, contracts: readonly ConsumerContract[]): readonly ConsumerEntry[] {
  return contracts
    .flatMap(({ service, owner, events }) =>
      events
        .filter(({ event }) => event === type)
        .map(({ versions, fields }) => ({ service, owner, versions, fields })),
    )
    .toSorted((a, b) => compareFiles(a.service, b.service));
}

function servicesOf(events: readonly EventEntry[], contracts: readonly ConsumerContract[]): readonly ServiceEntry[] {
  const byType = new Map(events.map((event) => [event.type, event]));
  return contracts
    .map(
      (contract): ServiceEntry => ({
        name: contract.service,
        owner: contract.owner,
        description: contract.description,
        reads: contract.events
          .flatMap(({ event: type, versions, fields }) => {
            const event = byType.get(type);
            return event === undefined ? [] : [{ event, versions, fields }];
          })
          .toSorted((a, b) => compareFiles(a.event.type, b.event.type)),
      }),
    )
    .toSorted((a, b) => compareFiles(a.name, b.name));
}

/** The values under each key, sorted by key. */
function groupBy(
  events: readonly EventEntry[],
  keyOf: (event: EventEntry) => string,
): readonly (readonly [string, readonly EventEntry[]])[] {
  const groups = new Map<string, EventEntry[]>();
  for (const event of events) {
    const group = groups.get(keyOf(event));
    if (group === undefined) groups.set(keyOf(event), [event]);
    else group.push(event);
  }
  return [...groups].toSorted(([a], [b]) => compareFiles(a, b));
}
