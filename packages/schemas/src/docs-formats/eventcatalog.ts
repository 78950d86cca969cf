import type {
  Catalogue,
  DomainEntry,
  EventEntry,
  ServiceEntry,
  TopicEntry,
  VersionEntry,
} from "../catalogue/catalogue.ts";
import { versionsOf } from "../catalogue/catalogue.ts";
import { firstSentence } from "../docs-site/text.ts";
import { layOutJson } from "../json-layout.ts";
import { mdxFile, mdxText } from "./mdx.ts";

/** The version of what a tree counts none for: domains, topics and services. */
const unversioned = "1.0.0";

/** The form of versions that EventCatalog sorts and lints: semantic ones. */
function semantic(version: number): string {
  return `${version}.0.0`;
}

/**
 * The folders of EventCatalog (of its release 4): domains with their events, channels, and the services that have a
 * contract. Owners are named by their ids; their pages belong to the project.
 */
export function eventcatalogFiles({ domains, topics, services }: Catalogue): ReadonlyMap<string, string> {
  return new Map([
    ...domains.flatMap(domainFiles),
    ...topics.map((topic) => [`channels/${topic.name}/index.mdx`, channelPage(topic)] as const),
    ...services.map((service) => [`services/${service.name}/index.mdx`, servicePage(service)] as const),
  ]);
}

function domainFiles({ name, events }: DomainEntry): readonly (readonly [string, string])[] {
  const frontmatter = {
    id: name,
    name,
    version: unversioned,
    summary: `Publishes ${events.length === 1 ? "one event" : `${events.length} events`}.`,
    sends: events.map(({ type, newest, topic }) => ({
      id: type,
      version: semantic(newest.version),
      to: [{ id: topic, version: unversioned }],
    })),
  };
  const page = mdxFile(frontmatter, ["## Overview", "<NodeGraph />"]);
  return [[`domains/${name}/index.mdx`, page], ...events.flatMap(eventFiles)];
}

/** The newest version stands in the event's folder, the others in `versioned`; each beside its schema. */
function eventFiles(event: EventEntry): readonly (readonly [string, string])[] {
  const folder = `domains/${event.name.domain}/events/${event.type}`;
  return versionsOf(event).flatMap((version) => {
    const own = version === event.newest ? folder : `${folder}/versioned/${semantic(version.version)}`;
    return [
      [`${own}/index.mdx`, eventPage(event, version)],
      [`${own}/schema.avsc`, layOutJson(version.text)],
    ] as const;
  });
}

function eventPage({ type, topic }: EventEntry, version: VersionEntry): string {
  const { record, deprecated, state, key } = version;
  const frontmatter = {
    id: type,
    name: type,
    version: semantic(version.version),
    ...(record.doc === null ? {} : { summary: firstSentence(record.doc) }),
    ...(state === "released" ? {} : { badges: [{ content: state, backgroundColor: "yellow", textColor: "yellow" }] }),
    ...(deprecated === null ? {} : { deprecated: { message: deprecated } }),
    schemaPath: "schema.avsc",
    channels: [{ id: topic, version: unversioned }],
    "x-registry-subject": version.subject,
    ...(key === null ? {} : { "x-partition-key": key }),
  };
  const overview = record.doc === null ? [] : [mdxText(record.doc)];
  return mdxFile(frontmatter, [
    "## Overview",
    ...overview,
    '<SchemaViewer file="schema.avsc" title="Schema" />',
    "<NodeGraph />",
  ]);
}

function channelPage({ name, events }: TopicEntry): string {
  const frontmatter = {
    id: name,
    name,
    version: unversioned,
    summary: `A Kafka topic with ${events.length === 1 ? "one event" : `${events.length} events`}.`,
    address: name,
    protocols: ["kafka"],
    deliveryGuarantee: "at-least-once",
  };
  return mdxFile(frontmatter, ["## Overview", "<ChannelInformation />", "<NodeGraph />"]);
}

function servicePage({ name, owner, description, reads }: ServiceEntry): string {
  const receives = reads.flatMap(({ event, versions, fields }) =>
    versions.map((version) => ({
      id: event.type,
      version: semantic(version),
      ...(fields === null ? {} : { fields }),
      from: [{ id: event.topic, version: unversioned }],
    })),
  );
  const frontmatter = {
    id: name,
    name,
    version: unversioned,
    summary:
      description === null
        ? `Reads ${reads.length === 1 ? "one event" : `${reads.length} events`}.`
        : firstSentence(description),
    owners: [owner],
    receives,
  };
  const overview = description === null ? [] : [mdxText(description)];
  return mdxFile(frontmatter, ["## Overview", ...overview, "<NodeGraph />"]);
}
