import type { EventEntry, VersionEntry } from "../catalogue/catalogue.ts";
import { exampleOf } from "../catalogue/event-sample.ts";
import { firstSentence } from "../docs-site/text.ts";
import { jsonText } from "../json-text.ts";

/** A header of a Kafka record, as the envelope of an event is written to it. */
function header(description: string, more: object = {}): object {
  return { type: "string", description, ...more };
}

/** The headers of every event: CloudEvents in Kafka's binary mode, and W3C trace context. */
export const headersSchema = {
  type: "object",
  required: ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_version", "ce_correlationid"],
  properties: {
    ce_specversion: header("Version of CloudEvents.", { const: "1.0" }),
    ce_id: header("Id of the event, a UUIDv7: the same in every redelivery.", { format: "uuid" }),
    ce_type: header("Type of the event: domain.entity.action."),
    ce_source: header("Who published it.", { format: "uri-reference" }),
    ce_time: header("When it was published, by the publisher's clock.", { format: "date-time" }),
    ce_subject: header("The partition key; absent when there is none."),
    ce_version: header("Version of the schema that wrote the data.", { pattern: "^[1-9][0-9]*$" }),
    ce_correlationid: header("The same for every event of one chain of cause and effect."),
    ce_causationid: header("Id of the event or request that caused this one; absent when there is none."),
    traceparent: header("W3C trace context of the publisher; absent when there is none."),
  },
} as const;

/** The id of a version's message. */
export function messageIdOf({ type }: EventEntry, version: number): string {
  return `${type}.v${version}`;
}

/** One version of an event as a message. */
export function asyncapiMessage(event: EventEntry, version: VersionEntry): Readonly<Record<string, unknown>> {
  const { record, key, deprecated, state } = version;
  const { type, name } = event;
  const example = exampleOf(version);
  return {
    name: type,
    title: `${type} v${version.version}`,
    ...(record.doc === null ? {} : { summary: firstSentence(record.doc), description: record.doc }),
    contentType: "application/vnd.apache.avro",
    headers: {
      allOf: [
        { $ref: "#/components/schemas/headers" },
        { properties: { ce_type: { const: type }, ce_version: { const: String(version.version) } } },
      ],
    },
    correlationId: { location: "$message.header#/ce_correlationid" },
    payload: {
      schemaFormat: "application/vnd.apache.avro+json;version=1.9.0",
      schema: JSON.parse(version.text) as unknown,
    },
    tags: [
      { name: name.domain },
      ...(state === "released" ? [] : [{ name: state }]),
      ...(deprecated === null ? [] : [{ name: "deprecated" }]),
    ],
    bindings: { kafka: kafkaBinding(key) },
    ...(example === null ? {} : { examples: [{ name: "made-up", payload: JSON.parse(jsonText(example)) as unknown }] }),
    "x-registry-subject": version.subject,
  };
}

/** The key of the record, and where the id of the schema stands: in the five bytes before the data. */
function kafkaBinding(key: string | null): object {
  return {
    ...(key === null ? {} : { key: { type: "string", description: `The field ${key} as text.` } }),
    schemaIdLocation: "payload",
    schemaIdPayloadEncoding: "confluent",
    schemaLookupStrategy: "TopicRecordNameStrategy",
    bindingVersion: "0.5.0",
  };
}
