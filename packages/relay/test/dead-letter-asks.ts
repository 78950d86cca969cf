import { encodeRecordHeaders } from "@waybill/events";
import type pg from "pg";
import type { RunningRelay } from "../src/relay.ts";
import { type CountedData, type CountedEvent, insertSchema } from "./test-event.ts";
import { makeTopic } from "./test-publisher.ts";

export interface DeadLetterRow {
  readonly outbox_id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly holds_key: boolean;
  readonly attempts: number;
  readonly redrive_requested_at: Date | null;
}

/** In order of the outbox. */
export async function deadLetters(client: pg.Client): Promise<DeadLetterRow[]> {
  const { rows } = await client.query<DeadLetterRow>("SELECT * FROM waybill.dead_letter ORDER BY outbox_id");
  return rows;
}

/** How many there are. */
export async function waiting(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>("SELECT count(*)::int AS n FROM waybill.dead_letter");
  return rows[0]?.n ?? 0;
}

export async function askForRedrive(client: pg.Client, which = "true"): Promise<void> {
  await client.query(`UPDATE waybill.dead_letter SET redrive_requested_at = clock_timestamp() WHERE ${which}`);
  await client.query("NOTIFY waybill_dead_letter");
}

export async function askForDiscard(client: pg.Client, which: string): Promise<void> {
  await client.query(
    `UPDATE waybill.dead_letter
     SET discard_requested_at = clock_timestamp(), discard_by = 'a test', discard_why = 'it is one' WHERE ${which}`,
  );
  await client.query("NOTIFY waybill_dead_letter");
}

/** What {@link createLimitedTopic} lets through. */
const LIMIT = 2_000;

/** A topic that takes no {@link insertLarge}. */
export function createLimitedTopic(brokers: readonly string[], { topic }: CountedEvent): Promise<void> {
  const configEntries = [{ name: "max.message.bytes", value: String(LIMIT) }];
  return makeTopic(brokers, { topic, numPartitions: 1, configEntries });
}

/** An event that is too large because of a header. */
export async function insertLarge(client: pg.Client, event: CountedEvent, data: CountedData): Promise<void> {
  const headers = Buffer.from(encodeRecordHeaders([["padding", "x".repeat(2 * LIMIT)]]));
  await insertSchema(client, event);
  await client.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5)`,
    [event.topic, event.key(data), event.schemaId, Buffer.from(event.encode(data)), headers],
  );
}

/** Mends what is too large, where it waits. */
export async function shrinkDeadLetters(client: pg.Client): Promise<void> {
  await client.query("UPDATE waybill.dead_letter SET headers = '\\x00' WHERE octet_length(headers) > $1", [LIMIT]);
}

/** The value of one series. */
export async function metric(relay: RunningRelay, series: string): Promise<number | null> {
  const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? null : Number(line.slice(series.length));
}
