import type pg from "pg";
import type { HeldKey } from "../dead-letters/held-keys.ts";
import type { HeldEpochs } from "./cursor-store.ts";
import { fenced } from "./cursor-store.ts";
import type { CursorRow } from "./cursor-rows.ts";
import { heldParameters, IS_MINE, STILL_MINE, storedMessage } from "./park-rows.ts";
import { publishedCondition } from "./published-condition.ts";
import type { WindowRow } from "./window-query.ts";

/** A dead letter whose turn has come. */
export interface RedrivenRow extends WindowRow {
  readonly holds_key: boolean;
}

// Rows are reached by LATERAL … LIMIT 1 or = ANY (…) rather than by joins: one probe of an index for each, where a planner
// that misjudges their number would walk over the table.

/** Requests looked at by one statement. */
const MOST_REQUESTS = 1_000;

/** All of a key's rows `d`: `k` has its topic and key. */
export const OF_KEY = "hashtextextended(d.key, 0) = hashtextextended(k.key, 0) AND d.topic = k.topic AND d.key = k.key";

/**
 * Whether no cursor will come upon the row `d` again: what is redriven or discarded before that would come back. Rows that
 * retention has truncated are published or parked for certain.
 */
function isCovered(cursors: readonly CursorRow[], values: unknown[]): string {
  const published = publishedCondition(cursors, values);
  return `NOT EXISTS (SELECT FROM waybill.outbox WHERE outbox.id = d.outbox_id AND NOT ${published})`;
}

/**
 * What is to be redriven next, in order of the outbox. A request for one event that holds its key is one for all of the
 * key, as its order must be kept; limits cut off the end, so that each key comes with its first rows.
 */
export async function readRedrivenRows(
  client: pg.Client,
  shards: readonly number[],
  cursors: readonly CursorRow[],
  limits: { readonly maxEvents: number; readonly maxBytes: number },
): Promise<RedrivenRow[]> {
  const values: unknown[] = [shards, limits.maxEvents, limits.maxBytes];
  const { rows } = await client.query<RedrivenRow>(
    `WITH asked AS MATERIALIZED (
       SELECT outbox_id, topic, key, holds_key FROM waybill.dead_letter
       WHERE shard = ANY ($1::smallint[]) AND redrive_requested_at IS NOT NULL
       ORDER BY outbox_id LIMIT ${MOST_REQUESTS}
     ),
     keys AS MATERIALIZED (SELECT DISTINCT topic, key FROM asked WHERE holds_key),
     ids AS (
       SELECT outbox_id FROM asked WHERE NOT holds_key
       UNION
       SELECT d.outbox_id FROM keys AS k CROSS JOIN LATERAL (
         SELECT d.outbox_id FROM waybill.dead_letter AS d WHERE ${OF_KEY} ORDER BY d.outbox_id LIMIT $2) AS d
     ),
     measured AS (
       SELECT d.outbox_id, row_number() OVER w AS number,
         sum(octet_length(d.payload) + octet_length(d.headers)) OVER w AS bytes
       FROM ids CROSS JOIN LATERAL (
         SELECT * FROM waybill.dead_letter AS d WHERE d.outbox_id = ids.outbox_id LIMIT 1) AS d
       WHERE ${isCovered(cursors, values)}
       WINDOW w AS (ORDER BY d.outbox_id)
     )
     SELECT d.outbox_id AS id, shard, topic, key, schema_id, payload, headers, occurred_at, holds_key
     FROM measured AS m CROSS JOIN LATERAL (
       SELECT * FROM waybill.dead_letter AS d WHERE d.outbox_id = m.outbox_id LIMIT 1) AS d
     WHERE number = 1 OR (number <= $2 AND bytes <= $3) ORDER BY d.outbox_id`,
    values,
  );
  return rows;
}

/** The first of a key's rows that are left, `next_id`, or null: then the key is free. */
const WHAT_IS_LEFT = `
  keys AS (SELECT DISTINCT shard, topic, key FROM gone WHERE holds_key),
  rest AS (
    SELECT k.shard, k.topic, k.key, (SELECT d.outbox_id FROM waybill.dead_letter AS d
        WHERE ${OF_KEY} AND d.holds_key AND d.outbox_id <> ALL (ARRAY(SELECT outbox_id FROM gone))
        ORDER BY d.outbox_id LIMIT 1) AS next_id
    FROM keys AS k)`;
const FREE_KEYS = `coalesce((SELECT jsonb_agg(jsonb_build_object('shard', shard, 'topic', topic, 'key', key))
  FROM rest WHERE next_id IS NULL), '[]') AS freed`;

/**
 * Takes published rows out, and asks for what is left of their keys, but for those that have just failed. Tells the keys
 * that nothing is left of.
 *
 * @throws RelayError CURSOR_FENCED
 */
export async function removeRedriven(
  client: pg.Client,
  held: HeldEpochs,
  published: readonly number[],
  failed: readonly number[],
): Promise<HeldKey[]> {
  const { rows } = await client.query<{ is_mine: boolean; freed: HeldKey[] }>(
    `WITH ${STILL_MINE},
     gone AS (
       DELETE FROM waybill.dead_letter WHERE outbox_id = ANY ($3::bigint[]) AND ${IS_MINE}
       RETURNING outbox_id, shard, topic, key, holds_key
     ),
     ${WHAT_IS_LEFT},
     goes_on AS (
       UPDATE waybill.dead_letter SET redrive_requested_at = clock_timestamp()
       WHERE outbox_id = ANY (ARRAY(SELECT next_id FROM rest)) AND outbox_id <> ALL ($4::bigint[]) RETURNING outbox_id
     )
     SELECT ${IS_MINE} AS is_mine, ${FREE_KEYS}`,
    [...heldParameters(held), published, failed],
  );
  return freedKeys(rows[0]);
}

/** A row that could not be redriven. */
export interface FailedRedrive {
  readonly id: number;
  readonly reason: string;
  readonly message: string;
}

/**
 * Parks rows again with their new reasons, and takes back every request for their keys.
 *
 * @throws RelayError CURSOR_FENCED
 */
export async function keepFailed(client: pg.Client, held: HeldEpochs, failed: readonly FailedRedrive[]): Promise<void> {
  const { rows } = await client.query<{ is_mine: boolean }>(
    `WITH ${STILL_MINE},
     failed AS (SELECT * FROM unnest($3::bigint[], $4::text[], $5::text[]) AS f (id, reason, message)),
     parked AS (
       UPDATE waybill.dead_letter SET state = 'parked', attempts = attempts + 1, redrive_requested_at = NULL,
         (reason, message) = (SELECT failed.reason, failed.message FROM failed WHERE failed.id = outbox_id)
       WHERE outbox_id = ANY ($3::bigint[]) AND ${IS_MINE} RETURNING outbox_id
     ),
     keys AS (SELECT topic, key FROM waybill.dead_letter WHERE outbox_id = ANY ($3::bigint[]) AND holds_key),
     asked AS (
       SELECT d.outbox_id FROM keys AS k CROSS JOIN LATERAL (
         SELECT d.outbox_id FROM waybill.dead_letter AS d WHERE ${OF_KEY} AND d.redrive_requested_at IS NOT NULL) AS d
     ),
     taken_back AS (
       UPDATE waybill.dead_letter SET redrive_requested_at = NULL
       WHERE outbox_id = ANY (ARRAY(SELECT outbox_id FROM asked)) AND outbox_id <> ALL ($3::bigint[]) AND ${IS_MINE}
       RETURNING outbox_id
     )
     SELECT ${IS_MINE} AS is_mine`,
    [
      ...heldParameters(held),
      failed.map(({ id }) => id),
      failed.map(({ reason }) => reason),
      failed.map(({ message }) => storedMessage(message)),
    ],
  );
  if (rows[0]?.is_mine !== true) throw fenced();
}

/** An event that was given up. */
export interface DiscardedEvent {
  readonly id: number;
  readonly topic: string;
  readonly reason: string | null;
  readonly by: string;
  readonly why: string;
}

/**
 * Deletes what a person gave up, and records it. What waited behind an offender that is gone becomes due.
 *
 * @throws RelayError CURSOR_FENCED
 */
export async function discardRows(
  client: pg.Client,
  held: HeldEpochs,
  shards: readonly number[],
  cursors: readonly CursorRow[],
): Promise<{ readonly discarded: readonly DiscardedEvent[]; readonly freed: readonly HeldKey[] }> {
  const values: unknown[] = [...heldParameters(held), shards];
  const { rows } = await client.query<{ is_mine: boolean; freed: HeldKey[]; discarded: DiscardedEvent[] }>(
    `WITH ${STILL_MINE},
     asked AS MATERIALIZED (
       SELECT outbox_id FROM waybill.dead_letter AS d
       WHERE shard = ANY ($3::smallint[]) AND discard_requested_at IS NOT NULL AND ${isCovered(cursors, values)}
       LIMIT ${MOST_REQUESTS}
     ),
     gone AS (
       DELETE FROM waybill.dead_letter WHERE outbox_id = ANY (ARRAY(SELECT outbox_id FROM asked)) AND ${IS_MINE}
       RETURNING outbox_id, event_id, shard, topic, key, holds_key, reason, parked_at, discard_by, discard_why
     ),
     recorded AS (
       INSERT INTO waybill.discarded_event (outbox_id, event_id, topic, reason, parked_at, discarded_by, why)
       SELECT outbox_id, event_id, topic, reason, parked_at, coalesce(discard_by, 'unknown'), coalesce(discard_why, '')
       FROM gone ON CONFLICT DO NOTHING
     ),
     ${WHAT_IS_LEFT},
     goes_on AS (
       UPDATE waybill.dead_letter SET redrive_requested_at = clock_timestamp()
       WHERE outbox_id = ANY (ARRAY(SELECT next_id FROM rest)) AND state = 'behind' RETURNING outbox_id
     )
     SELECT ${IS_MINE} AS is_mine, ${FREE_KEYS},
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', outbox_id, 'topic', topic, 'reason', reason, 'by', discard_by,
         'why', discard_why) ORDER BY outbox_id) FROM gone), '[]') AS discarded`,
    values,
  );
  return { discarded: rows[0]?.discarded ?? [], freed: freedKeys(rows[0]) };
}

function freedKeys(row: { readonly is_mine: boolean; readonly freed: HeldKey[] } | undefined): HeldKey[] {
  if (row === undefined || !row.is_mine) throw fenced();
  return row.freed;
}
