import { randomBytes, randomUUID } from "node:crypto";
import {
  describeEvent,
  type EventDescriptor,
  encodeRecordHeaders,
  envelopeToHeaders,
  parseFrame,
} from "@waybill/events";
import type pg from "pg";
import type { ReceivedRecord } from "./topic-reader.ts";

export interface CountedData {
  readonly key: string;
  readonly version: number;
}

export type CountedEvent = EventDescriptor<string, 1, CountedData>;

/** An event whose data counts a key's versions, on a topic of its own. */
export function createCountedEvent(name = "counted"): CountedEvent {
  const topic = `relay-${name}-${randomBytes(6).toString("hex")}`;
  return describeEvent<string, 1, CountedData>({
    type: `relay.test.${name}`,
    version: 1,
    topic,
    schema: JSON.stringify({
      type: "record",
      name: "Counted",
      namespace: "relay.test",
      fields: [
        { name: "key", type: "string", "waybill.key": true },
        { name: "version", type: "int" },
      ],
    }),
  });
}

/** What `publish` of @waybill/outbox writes, in plain SQL: rows in the order given, one transaction. */
export async function insertEvents(
  client: pg.Client,
  event: CountedEvent,
  data: readonly CountedData[],
): Promise<void> {
  await insertSchema(client, event);
  await client.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[])`,
    rowColumns(data.map((item) => toRow(event, item))),
  );
}

export async function insertSchema(client: pg.Client, event: CountedEvent): Promise<void> {
  await client.query(
    `INSERT INTO waybill.schema (id, type, version, record_name, definition)
     SELECT $1::bigint, $2, 1, $3, $4 WHERE NOT EXISTS (SELECT FROM waybill.schema WHERE id = $1)`,
    [event.schemaId, event.type, event.recordName, event.schema],
  );
}

/** The versions of a key in the order that they were stored. */
export function versionsOf(event: CountedEvent, records: readonly ReceivedRecord[], key: string): number[] {
  return records
    .filter((record) => record.key === key)
    .map(({ value }) => event.decode(parseFrame(value).payload).version);
}

/** The same without repetitions: first deliveries. */
export function firstVersionsOf(event: CountedEvent, records: readonly ReceivedRecord[], key: string): number[] {
  return [...new Set(versionsOf(event, records, key))];
}

/** 1, 2, 3 … */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n + 1);
}

/** Versions 1 to `versions` of each key, interleaved. */
export function countedData(keys: readonly string[], versions: number): CountedData[] {
  return Array.from({ length: versions }, (_, n) => keys.map((key) => ({ key, version: n + 1 }))).flat();
}

function toRow(event: CountedEvent, data: CountedData): readonly unknown[] {
  const id = randomUUID();
  const headers = envelopeToHeaders({
    id,
    type: event.type,
    version: 1,
    source: "/relay-test",
    time: new Date(),
    subject: data.key,
    correlationId: id,
    causationId: null,
    traceparent: null,
  });
  return [
    id,
    event.topic,
    event.key(data),
    event.schemaId,
    Buffer.from(event.encode(data)),
    Buffer.from(encodeRecordHeaders(headers)),
  ];
}

function rowColumns(rows: readonly (readonly unknown[])[]): unknown[][] {
  return Array.from({ length: 6 }, (_, column) => rows.map((row) => row[column]));
}
