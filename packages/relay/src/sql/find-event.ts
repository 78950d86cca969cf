import type pg from "pg";
import type { CursorRow } from "./cursor-rows.ts";
import { publishedCondition } from "./published-condition.ts";

/** The event that a person asks for: by its own id (`ce_id`), or by the id of its row, which the relay's logs name. */
export type EventReference =
  | { readonly by: "event-id"; readonly eventId: string }
  | { readonly by: "row-id"; readonly rowId: number };

/** An event as it was written. */
export interface StoredEvent {
  readonly rowId: number;
  readonly eventId: string;
  readonly shard: number;
  readonly topic: string;
  readonly key: string | null;
  readonly schemaId: bigint;
  readonly payload: Buffer;
  readonly headers: Buffer;
  readonly occurredAt: Date;
}

/** A row of the outbox. */
export interface FoundRow extends StoredEvent {
  /** Whether it lies behind its group's cursor. */
  readonly isBehindCursor: boolean;
}

/** A parked event, with the columns that tell about its parking. */
export interface FoundDeadLetter extends StoredEvent {
  readonly state: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly parkedAt: Date | null;
}

/** What is left of a dead letter that was given up. */
export interface FoundDiscard {
  readonly rowId: number;
  readonly eventId: string;
  readonly at: Date;
  readonly by: string;
  readonly why: string;
}

interface EventColumns {
  readonly id: string;
  readonly event_id: string;
  readonly shard: number;
  readonly topic: string;
  readonly key: string | null;
  readonly schema_id: string;
  readonly payload: Buffer;
  readonly headers: Buffer;
  readonly occurred_at: Date;
}

/** Nothing in the outbox forbids two rows with one event id. Without an index on it, this reads the table. */
export async function findRows(
  client: pg.Client,
  reference: EventReference,
  cursors: readonly CursorRow[],
): Promise<FoundRow[]> {
  const values: unknown[] = [reference.by === "row-id" ? String(reference.rowId) : reference.eventId];
  const { rows } = await client.query<EventColumns & { is_behind: boolean }>(
    `SELECT id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at,
       ${publishedCondition(cursors, values)} AS is_behind
     FROM waybill.outbox WHERE ${reference.by === "row-id" ? "id = $1::bigint" : "event_id = $1::uuid"} ORDER BY id`,
    values,
  );
  return rows.map((row) => ({ ...toStoredEvent(row), isBehindCursor: row.is_behind }));
}

/** Only where there is a table of dead letters. */
export async function findDeadLetters(client: pg.Client, reference: EventReference): Promise<FoundDeadLetter[]> {
  const { rows } = await client.query<EventColumns & { columns: Readonly<Record<string, unknown>> }>(
    `SELECT outbox_id AS id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at,
       to_jsonb(d) - 'payload' - 'headers' AS columns
     FROM waybill.dead_letter AS d
     WHERE ${reference.by === "row-id" ? "outbox_id = $1::bigint" : "event_id = $1::uuid"} ORDER BY outbox_id`,
    [reference.by === "row-id" ? String(reference.rowId) : reference.eventId],
  );
  return rows.map((row) => {
    const { state, reason, message, parked_at: parkedAt } = row.columns;
    return {
      ...toStoredEvent(row),
      state: typeof state === "string" ? state : null,
      reason: typeof reason === "string" ? reason : null,
      message: typeof message === "string" ? message : null,
      parkedAt: typeof parkedAt === "string" ? new Date(parkedAt) : null,
    };
  });
}

/** Only where there is a table of them. */
export async function findDiscards(client: pg.Client, reference: EventReference): Promise<FoundDiscard[]> {
  const { rows } = await client.query<FoundDiscard & { rowId: string }>(
    `SELECT outbox_id::text AS "rowId", event_id AS "eventId", discarded_at AS at, discarded_by AS by, why
     FROM waybill.discarded_event
     WHERE ${reference.by === "row-id" ? "outbox_id = $1::bigint" : "event_id = $1::uuid"} ORDER BY outbox_id`,
    [reference.by === "row-id" ? String(reference.rowId) : reference.eventId],
  );
  return rows.map((row) => ({ ...row, rowId: Number(row.rowId) }));
}

/** The oldest row that retention has left; null in an empty outbox. */
export async function oldestRow(client: pg.Client): Promise<{ readonly id: number; readonly occurredAt: Date } | null> {
  const { rows } = await client.query<{ id: string; occurred_at: Date }>(
    "SELECT id, occurred_at FROM waybill.outbox ORDER BY id LIMIT 1",
  );
  const [row] = rows;
  return row === undefined ? null : { id: Number(row.id), occurredAt: row.occurred_at };
}

function toStoredEvent(row: EventColumns): StoredEvent {
  return {
    rowId: Number(row.id),
    eventId: row.event_id,
    shard: row.shard,
    topic: row.topic,
    key: row.key,
    schemaId: BigInt(row.schema_id),
    payload: row.payload,
    headers: row.headers,
    occurredAt: row.occurred_at,
  };
}
