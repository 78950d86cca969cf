import { encodeRecordHeaders } from "@waybill/events";
import type pg from "pg";
import { DEAD_LETTER_CHANNEL } from "./dead-letter-state.ts";
import { OF_KEY } from "./redrive-rows.ts";

/** Which dead letters a person means. Empty lists and null: any. */
export interface DeadLetterSelection {
  /** `waybill.outbox.id`. */
  readonly rowIds: readonly number[];
  /** `ce_id`. */
  readonly eventIds: readonly string[];
  readonly keys: readonly string[];
  readonly topics: readonly string[];
  readonly reasons: readonly string[];
  readonly types: readonly string[];
  /** Parked from this instant on, by the database's clock. */
  readonly since: Date | null;
}

export interface ListedDeadLetter {
  readonly rowId: number;
  readonly eventId: string;
  readonly topic: string;
  readonly key: string | null;
  readonly state: "parked" | "behind";
  readonly reason: string | null;
  readonly message: string | null;
  readonly attempts: number;
  readonly parkedAt: Date;
  /** Later events of its key that wait. */
  readonly behind: number;
  readonly asked: "redrive" | "discard" | null;
}

/** In order of the outbox. @param withBehind also those that only wait behind others */
export async function listDeadLetters(
  client: pg.Client,
  selection: DeadLetterSelection,
  { withBehind, most }: { readonly withBehind: boolean; readonly most: number },
): Promise<ListedDeadLetter[]> {
  const values: unknown[] = [];
  const { rows } = await client.query<ListedDeadLetter & { rowId: string }>(
    `WITH k AS MATERIALIZED (
       SELECT * FROM waybill.dead_letter AS d WHERE ${selectionCondition(selection, values)}
         ${withBehind ? "" : "AND state = 'parked'"} ORDER BY outbox_id LIMIT $${values.push(most)}
     )
     SELECT outbox_id::text AS "rowId", event_id AS "eventId", topic, key, state, reason, message, attempts,
       parked_at AS "parkedAt",
       CASE WHEN discard_requested_at IS NOT NULL THEN 'discard' WHEN redrive_requested_at IS NOT NULL THEN 'redrive' END
         AS asked,
       (SELECT count(*)::int FROM waybill.dead_letter AS d
         WHERE ${OF_KEY} AND k.holds_key AND d.holds_key AND d.outbox_id > k.outbox_id) AS behind
     FROM k ORDER BY outbox_id`,
    values,
  );
  return rows.map((row) => ({ ...row, rowId: Number(row.rowId) }));
}

export interface DeadLetterTotals {
  readonly parked: number;
  readonly behind: number;
}

/** How many there are of the selection. */
export async function countSelected(client: pg.Client, selection: DeadLetterSelection): Promise<DeadLetterTotals> {
  const values: unknown[] = [];
  const { rows } = await client.query<DeadLetterTotals>(
    `SELECT count(*) FILTER (WHERE state = 'parked')::int AS parked, count(*) FILTER (WHERE state = 'behind')::int AS behind
     FROM waybill.dead_letter AS d WHERE ${selectionCondition(selection, values)}`,
    values,
  );
  return rows[0] as DeadLetterTotals;
}

/** A dead letter that something was asked for. */
export interface AskedRow {
  readonly rowId: number;
  readonly shard: number;
  /** Not selected itself: it is of the key of one that is. */
  readonly isOfKey: boolean;
}

/**
 * What a redrive of the selection takes: of a key that is held, all events.
 *
 * @param isDryRun asks for nothing
 */
export async function askForRedrive(
  client: pg.Client,
  selection: DeadLetterSelection,
  isDryRun: boolean,
): Promise<AskedRow[]> {
  const values: unknown[] = [];
  const chosen = `
    WITH chosen AS MATERIALIZED (
      SELECT outbox_id, topic, key, holds_key FROM waybill.dead_letter AS d WHERE ${selectionCondition(selection, values)}
    ),
    keys AS (SELECT DISTINCT topic, key FROM chosen WHERE holds_key),
    ids AS (
      SELECT outbox_id FROM chosen
      UNION
      SELECT d.outbox_id FROM keys AS k CROSS JOIN LATERAL (
        SELECT d.outbox_id FROM waybill.dead_letter AS d WHERE ${OF_KEY}) AS d
    )`;
  const result = `d.outbox_id::text AS "rowId", d.shard, d.outbox_id NOT IN (SELECT outbox_id FROM chosen) AS "isOfKey"`;
  const statement = isDryRun
    ? `${chosen} SELECT ${result} FROM ids JOIN waybill.dead_letter AS d USING (outbox_id)`
    : `${chosen} UPDATE waybill.dead_letter AS d SET redrive_requested_at = clock_timestamp(), discard_requested_at = NULL
         FROM ids WHERE d.outbox_id = ids.outbox_id RETURNING ${result}`;
  return ask(client, statement, values, isDryRun);
}

/** Gives up exactly what is selected. */
export async function askForDiscard(
  client: pg.Client,
  selection: DeadLetterSelection,
  { by, why }: { readonly by: string; readonly why: string },
): Promise<AskedRow[]> {
  const values: unknown[] = [by, why];
  return ask(
    client,
    `UPDATE waybill.dead_letter AS d SET discard_requested_at = clock_timestamp(), discard_by = $1, discard_why = $2,
       redrive_requested_at = NULL
     WHERE ${selectionCondition(selection, values)}
     RETURNING d.outbox_id::text AS "rowId", d.shard, false AS "isOfKey"`,
    values,
    false,
  );
}

async function ask(
  client: pg.Client,
  statement: string,
  values: readonly unknown[],
  isDryRun: boolean,
): Promise<AskedRow[]> {
  const { rows } = await client.query<AskedRow & { rowId: string }>(statement, [...values]);
  if (!isDryRun && rows.length > 0) await client.query(`NOTIFY ${DEAD_LETTER_CHANNEL}`);
  return rows.map((row) => ({ ...row, rowId: Number(row.rowId) }));
}

/** How many of the rows something is still asked for; those that are gone or were refused again are done with. */
export async function countAsked(client: pg.Client, rowIds: readonly number[]): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM waybill.dead_letter
     WHERE (redrive_requested_at IS NOT NULL OR discard_requested_at IS NOT NULL) AND outbox_id = ANY ($1::bigint[])`,
    [rowIds],
  );
  return rows[0]?.n ?? 0;
}

/** Of the rows, those that are parked still. */
export async function stillParked(client: pg.Client, rowIds: readonly number[]): Promise<DeadLetterTotals> {
  const { rows } = await client.query<DeadLetterTotals>(
    `SELECT count(*) FILTER (WHERE state = 'parked')::int AS parked, count(*) FILTER (WHERE state = 'behind')::int AS behind
     FROM waybill.dead_letter WHERE outbox_id = ANY ($1::bigint[])`,
    [rowIds],
  );
  return rows[0] as DeadLetterTotals;
}

/** How many of these shards no relay holds now. */
export async function countUnattended(client: pg.Client, shards: readonly number[]): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM unnest($1::smallint[]) AS shard
     LEFT JOIN waybill.relay_cursor AS c ON c.shard_group = shard >> 3
     WHERE (c.holder IS NOT NULL AND c.lease_until > clock_timestamp()) IS NOT TRUE`,
    [shards],
  );
  return rows[0]?.n ?? 0;
}

function selectionCondition(selection: DeadLetterSelection, values: unknown[]): string {
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const { rowIds, eventIds, keys, topics, reasons, types, since } = selection;
  const ids = [
    ...(rowIds.length === 0 ? [] : [`d.outbox_id = ANY (${parameter(rowIds)}::bigint[])`]),
    ...(eventIds.length === 0 ? [] : [`d.event_id = ANY (${parameter(eventIds)}::uuid[])`]),
  ];
  const conditions = ["true", ...(ids.length === 0 ? [] : [`(${ids.join(" OR ")})`])];
  if (keys.length > 0) {
    const texts = `${parameter(keys)}::text[]`;
    const hashes = `ARRAY(SELECT hashtextextended(k, 0) FROM unnest(${texts}) AS k)`;
    conditions.push(`hashtextextended(d.key, 0) = ANY (${hashes}) AND d.key = ANY (${texts})`);
  }
  if (topics.length > 0) {
    const texts = `${parameter(topics)}::text[]`;
    conditions.push(
      `left(d.topic, 249) = ANY (ARRAY(SELECT left(t, 249) FROM unnest(${texts}) AS t)) AND d.topic = ANY (${texts})`,
    );
  }
  if (reasons.length > 0) conditions.push(`d.reason = ANY (${parameter(reasons)}::text[])`);
  if (types.length > 0) {
    const named = types.map((type) => `position(${parameter(typeHeader(type))}::bytea IN d.headers) > 0`);
    conditions.push(`(${named.join(" OR ")})`);
  }
  if (since !== null) conditions.push(`d.parked_at >= ${parameter(since)}::timestamptz`);
  return conditions.join(" AND ");
}

/** The header that names the type, as it lies among the others. */
function typeHeader(type: string): Buffer {
  return Buffer.from(encodeRecordHeaders([["ce_type", type]]).subarray(1)); // without the count
}
