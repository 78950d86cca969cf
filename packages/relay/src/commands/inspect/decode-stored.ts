import { decodeRecordHeaders, describeEvent } from "@waybill/events";
import { messageOf } from "../../errors.ts";
import type { StoredEvent } from "../../sql/find-event.ts";
import type { EventSchema } from "../../sql/event-schema.ts";
import { eventJson } from "./event-json.ts";

/** What could be read, or why not. */
export type Decoded<Value> =
  | { readonly value: Value; readonly problem: null }
  | { readonly value: null; readonly problem: string };

/** The record headers as pairs of texts, in their order. */
export function decodeStoredHeaders({ headers }: StoredEvent): Decoded<(readonly [string, string])[]> {
  return attempt(() => decodeRecordHeaders(headers).map(([name, value]) => [name, Buffer.from(value).toString()]));
}

/** The payload as JSON, by the very schema that it was written with. */
export function decodeStoredPayload({ payload, schemaId }: StoredEvent, schema: EventSchema | null): Decoded<unknown> {
  if (schema === null) {
    return { value: null, problem: `waybill.schema has no row ${schemaId}: whoever wrote the event stored no schema` };
  }
  return attempt(() => {
    const descriptor = describeEvent({ type: "inspected", version: 1, topic: "inspected", schema: schema.definition });
    return eventJson(descriptor.decode(payload));
  });
}

function attempt<Value>(decode: () => Value): Decoded<Value> {
  try {
    return { value: decode(), problem: null };
  } catch (error) {
    return { value: null, problem: messageOf(error) };
  }
}
