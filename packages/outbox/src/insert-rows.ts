import type { EventDescriptor } from "@waybill/events";
import { OutboxError } from "./errors.ts";
import type { OutboxRow } from "./outbox-row.ts";
import { sqlStateOf } from "./sql-state.ts";
import type { TransactionClient } from "./transaction-client.ts";

/**
 * Writes the rows, in their order, in one statement: one round trip, whatever their number.
 *
 * A schema that the database lacks is written by the same statement, looked for without waiting: `waybill.schema` has
 * no unique index, so two transactions that use a schema first both write it and neither waits for the other.
 *
 * @throws OutboxError with code `MIGRATION_MISSING`; any other database error unchanged
 */
export async function insertRows(tx: TransactionClient, rows: readonly OutboxRow[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  try {
    await (rows.length === 1 && !first.lockKey ? insertOne(tx, first) : insertSeveral(tx, rows));
  } catch (error) {
    if (missingObjectStates.has(sqlStateOf(error) ?? "")) throw migrationMissing(error);
    throw error;
  }
}

/** Plain values: no arrays to build and parse. Measured, an order's transaction takes 1.2 times as long with it. */
function insertOne(tx: TransactionClient, row: OutboxRow): PromiseLike<number> {
  const { schemaId, type, version, recordName, schema } = row.descriptor;
  return tx.$executeRaw`
    WITH new_schema AS (
      INSERT INTO waybill.schema (id, type, version, record_name, definition)
      SELECT ${schemaId}::bigint, ${type}::text, ${version}::integer, ${recordName}::text, ${schema}::text
      WHERE NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = ${schemaId}::bigint))
    INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
    VALUES (${row.eventId}::uuid, ${row.topic}::text, ${row.key}::text, ${schemaId}::bigint, ${row.payload}::bytea,
      ${row.headers}::bytea)`;
}

/**
 * The casts are required: Prisma sends arrays untyped. A row's id is drawn when the row comes out of the SELECT, hence
 * in the order of the ORDER BY and after the locks, which the join waits for.
 */
function insertSeveral(tx: TransactionClient, rows: readonly OutboxRow[]): PromiseLike<number> {
  const schemas = distinctSchemas(rows);
  return tx.$executeRaw`
    WITH locked AS MATERIALIZED (
      SELECT waybill.lock_keys(${rows.filter((row) => row.lockKey).map((row) => row.key)}::text[]) AS keys),
    new_schema AS (
      INSERT INTO waybill.schema (id, type, version, record_name, definition)
      SELECT used.* FROM unnest(
        ${schemas.map((schema) => schema.schemaId)}::bigint[],
        ${schemas.map((schema) => schema.type)}::text[],
        ${schemas.map((schema) => schema.version)}::integer[],
        ${schemas.map((schema) => schema.recordName)}::text[],
        ${schemas.map((schema) => schema.schema)}::text[]) AS used (id, type, version, record_name, definition)
      WHERE NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = used.id))
    INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
    SELECT event.event_id, event.topic, event.key, event.schema_id, event.payload, event.headers
    FROM locked, unnest(
      ${rows.map((row) => row.eventId)}::uuid[],
      ${rows.map((row) => row.topic)}::text[],
      ${rows.map((row) => row.key)}::text[],
      ${rows.map((row) => row.descriptor.schemaId)}::bigint[],
      ${rows.map((row) => row.payload)}::bytea[],
      ${rows.map((row) => row.headers)}::bytea[])
      WITH ORDINALITY AS event (event_id, topic, key, schema_id, payload, headers, position)
    ORDER BY event.position`;
}

function distinctSchemas(rows: readonly OutboxRow[]): EventDescriptor[] {
  return [...new Map(rows.map(({ descriptor }) => [descriptor.schemaId, descriptor])).values()];
}

/** undefined_table, invalid_schema_name, undefined_function, undefined_column: the statements name objects of ours alone. */
const missingObjectStates: ReadonlySet<string> = new Set(["42P01", "3F000", "42883", "42703"]);

function migrationMissing(cause: unknown): OutboxError {
  return new OutboxError(
    "MIGRATION_MISSING",
    "cannot publish: this database lacks waybill.outbox, or has an older one than this version of @waybill/outbox needs. " +
      'Run "outbox-relay migrate" on it, or "outbox-relay migrate --prisma <migrations folder>" and then your ' +
      "Prisma migrations",
    { cause },
  );
}
