import type pg from "pg";
import type { EventProblem } from "../publishing/event-problems.ts";
import { epochsByGroup, fenced, type HeldEpochs } from "./cursor-store.ts";

/** What of a row tells where it belongs. */
export interface RowPlace {
  readonly id: number;
  readonly shard: number;
  readonly topic: string;
  readonly key: string | null;
}

/** A row of the outbox that becomes a dead letter. */
export interface ParkedRow {
  readonly id: number;
  /** Null: it waits behind another. */
  readonly problem: Pick<EventProblem, "reason" | "message"> | null;
  readonly holdsKey: boolean;
}

/**
 * The rows of the cursors that the sender still holds, locked against being claimed until the statement is through: what
 * names fewer than `$1` changes nothing.
 */
export const STILL_MINE = `mine AS MATERIALIZED (
  SELECT shard_group FROM waybill.relay_cursor
  WHERE shard_group = ANY ($1::smallint[]) AND epoch = ($2::bigint[])[shard_group + 1] FOR SHARE)`;
export const IS_MINE = "(SELECT count(*) FROM mine) = cardinality($1::smallint[])";

/** The parameters of {@link STILL_MINE}. */
export function heldParameters(held: HeldEpochs): [readonly number[], (bigint | null)[]] {
  return [[...held.keys()], epochsByGroup(held)];
}

/** Longest part of a message that is kept: brokers and registries may say a lot. */
const MAX_MESSAGE = 1_000;

/** What can be stored of a message: text of PostgreSQL holds no NUL. */
export function storedMessage(message: string): string {
  return message.replaceAll("\0", "").slice(0, MAX_MESSAGE);
}

/** Topics and keys of rows, in order of id. LIMIT 1: one probe of the index for each, whatever the planner knows. */
export async function readPlaces(client: pg.Client, ids: readonly number[]): Promise<RowPlace[]> {
  const { rows } = await client.query<{ id: string; shard: number; topic: string; key: string | null }>(
    `SELECT o.* FROM unnest($1::bigint[]) AS given (id)
     CROSS JOIN LATERAL (SELECT id, shard, topic, key FROM waybill.outbox WHERE outbox.id = given.id LIMIT 1) AS o
     ORDER BY o.id`,
    [ids],
  );
  return rows.map((row) => ({ ...row, id: Number(row.id) }));
}

/**
 * Copies rows of the outbox into the dead letters; those that are there already stay as they are. One statement, as the
 * connection is shared: nobody else's may come in between. Tells which are new.
 *
 * @throws RelayError CURSOR_FENCED when another has taken one of the groups over; nothing is stored then
 */
export async function parkRows(client: pg.Client, held: HeldEpochs, parked: readonly ParkedRow[]): Promise<number[]> {
  const { rows } = await client.query<{ is_mine: boolean; found: number; stored: string[] }>(
    `WITH ${STILL_MINE},
     given AS (
       SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::boolean[]) AS g (id, reason, message, holds_key)
     ),
     found AS (
       SELECT o.*, given.reason, given.message, given.holds_key FROM given CROSS JOIN LATERAL (
         SELECT id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at
         FROM waybill.outbox WHERE outbox.id = given.id LIMIT 1) AS o
     ),
     stored AS (
       INSERT INTO waybill.dead_letter (outbox_id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at,
         state, holds_key, reason, message)
       SELECT id, event_id, shard, topic, key, schema_id, payload, headers, occurred_at,
         CASE WHEN reason IS NULL THEN 'behind' ELSE 'parked' END, holds_key, reason, message
       FROM found WHERE ${IS_MINE}
       ON CONFLICT (outbox_id) DO NOTHING
       RETURNING outbox_id
     )
     SELECT ${IS_MINE} AS is_mine, (SELECT count(*)::int FROM found) AS found,
       ARRAY(SELECT outbox_id::text FROM stored) AS stored`,
    [
      ...heldParameters(held),
      parked.map(({ id }) => id),
      parked.map(({ problem }) => problem?.reason ?? null),
      parked.map(({ problem }) => (problem === null ? null : storedMessage(problem.message))),
      parked.map(({ holdsKey }) => holdsKey),
    ],
  );
  const result = rows[0] as { is_mine: boolean; found: number; stored: string[] };
  if (!result.is_mine) throw fenced();
  if (result.found < parked.length) {
    throw new Error(`${parked.length - result.found} rows are gone from waybill.outbox before they could be parked`);
  }
  return result.stored.map(Number);
}
