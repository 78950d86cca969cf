import { configFileName, type GenerateConfig } from "./config.ts";
import { type EventName, namespaceOf, recordNameFor } from "./event-name.ts";
import { fileOf } from "./schema-tree.ts";

/** What `schemas init` writes: text by path. */
export function starterFiles(
  event: EventName,
  generate: Pick<GenerateConfig, "out" | "scope">,
): ReadonlyMap<string, string> {
  const config = { mode: "FULL_TRANSITIVE", generate: { out: generate.out, scope: generate.scope } };
  return new Map([
    [configFileName, `${JSON.stringify(config, null, 2)}\n`],
    [fileOf(event, 1), firstVersionOf(event)],
  ]);
}

/** A first version: what every event has, the entity's id as its key, and the instant. */
export function firstVersionOf(event: EventName): string {
  const entity = event.entity.replaceAll("_", " ");
  const action = event.action.replaceAll("_", " ");
  const title = `${entity.charAt(0).toUpperCase()}${entity.slice(1)}`;
  const recordName = recordNameFor(event, 1);
  return `{
  "type": "record",
  "name": "${recordName.slice(recordName.lastIndexOf(".") + 1)}",
  "namespace": "${namespaceOf(event)}",
  "doc": "${title} ${action}.",
  "fields": [
    {
      "name": "${camelCase(event.entity)}Id",
      "type": { "type": "string", "logicalType": "uuid" },
      "doc": "The ${entity}. Events of one ${entity} stay in sequence.",
      "waybill.key": true
    },
    {
      "name": "${camelCase(event.action)}At",
      "type": { "type": "long", "logicalType": "timestamp-millis" },
      "doc": "When it happened."
    }
  ]
}
`;
}

function camelCase(words: string): string {
  return words.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}
