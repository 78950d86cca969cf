import { hash } from "node:crypto";
import type { Catalogue, EventEntry, ServiceEntry, TopicEntry, VersionEntry } from "../catalogue/catalogue.ts";
import { versionsOf } from "../catalogue/catalogue.ts";
import { asyncapiMessage, headersSchema, messageIdOf } from "./asyncapi-message.ts";

/** A document, as data that JSON and YAML can hold. */
export type AsyncapiDocument = Readonly<Record<string, unknown>>;

/** A version of an event that a document tells of. */
interface Told {
  readonly event: EventEntry;
  readonly version: VersionEntry;
}

/**
 * An AsyncAPI 3.0 document: of the whole tree, where each domain sends its events, or of one service, which receives
 * what its contract names.
 */
export function asyncapiOf(catalogue: Catalogue, service: ServiceEntry | null): AsyncapiDocument {
  const told = service === null ? allVersions(catalogue) : readVersions(service);
  const topics = catalogue.topics.filter(({ name }) => told.some(({ event }) => event.topic === name));
  return {
    asyncapi: "3.0.0",
    info: infoOf(catalogue, service, told),
    defaultContentType: "application/vnd.apache.avro",
    channels: Object.fromEntries(topics.map((topic) => [topic.name, channelOf(topic, told)])),
    operations: service === null ? sendOperations(catalogue) : receiveOperations(service, topics),
    components: {
      messages: Object.fromEntries(
        told.map(({ event, version }) => [messageIdOf(event, version.version), asyncapiMessage(event, version)]),
      ),
      schemas: { headers: headersSchema },
    },
  };
}

/** The document of the tree and that of each service, by file name without its ending. */
export function asyncapiFiles(catalogue: Catalogue): readonly (readonly [string, AsyncapiDocument])[] {
  return [
    ["asyncapi", asyncapiOf(catalogue, null)],
    ...catalogue.services.map((service) => [`services/${service.name}`, asyncapiOf(catalogue, service)] as const),
  ];
}

function infoOf({ title }: Catalogue, service: ServiceEntry | null, told: readonly Told[]): AsyncapiDocument {
  // A tree has no version. This one changes with the schemas, and only then.
  const digest = hash(
    "sha256",
    JSON.stringify(told.map(({ event, version }) => [event.type, version.version, version.text])),
  );
  return {
    title: service === null ? title : service.name,
    version: `0.0.0+${digest.slice(0, 12)}`,
    ...(service === null
      ? {}
      : { description: service.description ?? `What ${service.name} reads of "${title}".`, "x-owner": service.owner }),
  };
}

function allVersions({ events }: Catalogue): readonly Told[] {
  return events.flatMap((event) => versionsOf(event).map((version) => ({ event, version })));
}

function readVersions({ reads }: ServiceEntry): readonly Told[] {
  return reads.flatMap(({ event, versions }) =>
    versionsOf(event)
      .filter(({ version }) => versions.includes(version))
      .map((version) => ({ event, version })),
  );
}

function channelOf({ name }: TopicEntry, told: readonly Told[]): AsyncapiDocument {
  const own = told.filter(({ event }) => event.topic === name);
  return {
    address: name,
    messages: Object.fromEntries(
      own.map(({ event, version }) => {
        const id = messageIdOf(event, version.version);
        return [id, { $ref: `#/components/messages/${id}` }];
      }),
    ),
    bindings: { kafka: { topic: name, bindingVersion: "0.5.0" } },
  };
}

function sendOperations({ domains }: Catalogue): AsyncapiDocument {
  const operations = domains.flatMap(({ name, events }) => {
    const topics = [...new Set(events.map(({ topic }) => topic))];
    return topics.map((topic) => {
      const messages = events
        .filter((event) => event.topic === topic)
        .flatMap((event) => versionsOf(event).map(({ version }) => messageRef(event, version)));
      const operation = {
        action: "send",
        title: `${name} publishes on ${topic}`,
        ...channelRef(topic),
        tags: [{ name }],
        messages,
      };
      return [`send.${name}.${topic}`, operation] as const;
    });
  });
  return Object.fromEntries(operations);
}

function receiveOperations({ name, reads }: ServiceEntry, topics: readonly TopicEntry[]): AsyncapiDocument {
  const operations = topics.map((topic) => {
    const own = reads.filter(({ event }) => event.topic === topic.name);
    const fields = own.flatMap((read) => (read.fields === null ? [] : [[read.event.type, read.fields] as const]));
    const messages = own.flatMap(({ event, versions }) =>
      versionsOf(event)
        .filter(({ version }) => versions.includes(version))
        .map(({ version }) => messageRef(event, version)),
    );
    const operation = {
      action: "receive",
      title: `${name} reads ${topic.name}`,
      ...channelRef(topic.name),
      messages,
      ...(fields.length === 0 ? {} : { "x-fields-read": Object.fromEntries(fields) }),
    };
    return [`receive.${topic.name}`, operation] as const;
  });
  return Object.fromEntries(operations);
}

function channelRef(topic: string): AsyncapiDocument {
  return { channel: { $ref: `#/channels/${topic}` } };
}

function messageRef(event: EventEntry, version: number): AsyncapiDocument {
  return { $ref: `#/channels/${event.topic}/messages/${messageIdOf(event, version)}` };
}
