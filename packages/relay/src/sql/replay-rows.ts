import { encodeRecordHeaders } from "@waybill/events";
import type pg from "pg";
import type { CursorRow } from "./cursor-rows.ts";
import { publishedCondition } from "./published-condition.ts";
import type { WindowRow } from "./window-query.ts";

/** Which events a replay takes. Empty lists and nulls: any. */
export interface ReplaySelection {
  /** Rows from this id … */
  readonly fromId: number | null;
  /** … to this one. */
  readonly toId: number | null;
  /** Written from this instant on, by the database's clock … */
  readonly from: Date | null;
  /** … and before this one. */
  readonly to: Date | null;
  readonly keys: readonly string[];
  readonly topics: readonly string[];
  readonly types: readonly string[];
}

/** The selection, with what the database adds to it. */
export interface ReplayScope {
  readonly selection: ReplaySelection;
  /** Where the relays stood when the replay began: what lies beyond is theirs to publish. */
  readonly cursors: readonly CursorRow[];
  /** Whether there are tables of parked and discarded events, which must be left out. */
  readonly hasDeadLetters: boolean;
}

/** A stretch of ids: a bound on how many rows one statement walks over. */
export interface IdRange {
  readonly afterId: number;
  readonly toId: number;
}

/** What lies in a range, by topic. */
export interface ReplayCount {
  readonly topic: string;
  readonly state: "published" | "pending" | "parked" | "discarded";
  readonly events: number;
  readonly bytes: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Those of the types that no stored schema names: misspelt, or sharing the schema of another type. */
export async function findUnknownTypes(client: pg.Client, types: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ type: string }>(
    "SELECT type FROM unnest($1::text[]) AS type WHERE NOT EXISTS (SELECT FROM waybill.schema AS s WHERE s.type = type.type)",
    [types],
  );
  return rows.map(({ type }) => type);
}

/** Counts what the scope takes of a range, and what it leaves out because it is not published. */
export async function countReplay(client: pg.Client, scope: ReplayScope, range: IdRange): Promise<ReplayCount[]> {
  const values: unknown[] = [];
  const where = selectionCondition(scope, range, values);
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT topic, state, count(*)::int AS events, sum(octet_length(payload) + octet_length(headers))::float8 AS bytes,
       min(id)::text AS first_id, max(id)::text AS last_id, min(occurred_at) AS first_at, max(occurred_at) AS last_at
     FROM (
       SELECT id, topic, payload, headers, occurred_at, CASE
           WHEN ${isIn("dead_letter", scope)} THEN 'parked'
           WHEN ${isIn("discarded_event", scope)} THEN 'discarded'
           WHEN ${publishedCondition(scope.cursors, values)} THEN 'published'
           ELSE 'pending' END AS state
       FROM waybill.outbox WHERE ${where}) AS selected
     GROUP BY topic, state`,
    values,
  );
  return rows.map((row) => ({
    topic: row["topic"] as string,
    state: row["state"] as ReplayCount["state"],
    events: row["events"] as number,
    bytes: row["bytes"] as number,
    firstId: Number(row["first_id"] as string),
    lastId: Number(row["last_id"] as string),
    firstAt: row["first_at"] as Date,
    lastAt: row["last_at"] as Date,
  }));
}

/** The next rows of a range in order of id: at most so many, and of the bytes at most so many unless one row has more. */
export async function readReplayRows(
  client: pg.Client,
  scope: ReplayScope,
  range: IdRange,
  limits: { readonly maxEvents: number; readonly maxBytes: number },
): Promise<WindowRow[]> {
  const values: unknown[] = [];
  const where = selectionCondition(scope, range, values);
  const published = publishedCondition(scope.cursors, values);
  const { rows } = await client.query<WindowRow>(
    `SELECT id, shard, topic, key, schema_id, payload, headers, occurred_at FROM (
       SELECT *, row_number() OVER w AS number, sum(octet_length(payload) + octet_length(headers)) OVER w AS bytes
       FROM (SELECT * FROM waybill.outbox WHERE ${where} AND ${published} AND NOT ${isIn("dead_letter", scope)}
           AND NOT ${isIn("discarded_event", scope)}
         ORDER BY id LIMIT $${values.push(limits.maxEvents)}) AS next
       WINDOW w AS (ORDER BY id)) AS measured
     WHERE number = 1 OR bytes <= $${values.push(limits.maxBytes)} ORDER BY measured.id`,
    values,
  );
  return rows;
}

function selectionCondition({ selection }: ReplayScope, range: IdRange, values: unknown[]): string {
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const { from, to, keys, topics, types } = selection;
  const conditions = [
    `id > ${parameter(String(range.afterId))}::bigint AND id <= ${parameter(String(range.toId))}::bigint`,
    ...(from === null ? [] : [`occurred_at >= ${parameter(from)}::timestamptz`]),
    ...(to === null ? [] : [`occurred_at < ${parameter(to)}::timestamptz`]),
    ...(keys.length === 0 ? [] : [`key = ANY (${parameter(keys)}::text[])`]),
    ...(topics.length === 0 ? [] : [`topic = ANY (${parameter(topics)}::text[])`]),
    ...(types.length === 0
      ? []
      : [`(${types.map((type) => `position(${parameter(typeHeader(type))}::bytea IN headers) > 0`).join(" OR ")})`]),
  ];
  return conditions.join(" AND ");
}

/** The header that names the type, as it lies among the others: two types may share a schema. */
function typeHeader(type: string): Buffer {
  return Buffer.from(encodeRecordHeaders([["ce_type", type]]).subarray(1)); // without the count
}

/**
 * A parked event was never published: replaying it would bring it before its turn. A discarded one was not either, and
 * never shall be.
 */
function isIn(table: "dead_letter" | "discarded_event", { hasDeadLetters }: ReplayScope): string {
  return hasDeadLetters ? `EXISTS (SELECT FROM waybill.${table} AS d WHERE d.outbox_id = outbox.id)` : "false";
}
