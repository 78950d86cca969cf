import type { EventDescriptor } from "@waybill/events";
import { arrayLiteral } from "./array-literal.ts";
import { OutboxError } from "./errors.ts";
import type { OutboxRow } from "./outbox-row.ts";
import { sqlStateOf } from "./sql-state.ts";
import type { TransactionClient } from "./transaction-client.ts";

/**
 * Writes the rows, in their order: one round trip, whatever their number.
 *
 * The server answers whether this transaction misses a schema in `waybill.schema`. Only then are their texts
 * sent, in a second round trip, for the first events that use a schema. Nothing is remembered from one transaction to
 * the next: what one wrote, its rollback takes back. `waybill.schema` has no unique index, so two transactions that use a
 * schema first both write it and neither waits for the other.
 *
 * @throws OutboxError with code `MIGRATION_MISSING`; any other database error unchanged
 */
export async function insertRows(tx: TransactionClient, rows: readonly OutboxRow[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  try {
    const missing = await (rows.length === 1 && !first.lockKey ? insertOne(tx, first) : insertSeveral(tx, rows));
    if (missing > 0) await insertSchemas(tx, distinctSchemas(rows));
  } catch (error) {
    if (missingObjectStates.has(sqlStateOf(error) ?? "")) throw migrationMissing(error);
    throw error;
  }
}

/**
 * The function says whether a schema is missing. As a condition, it makes that the number of rows, 1 or 0, which is all that
 * Prisma tells of a statement; and calling it so is cheaper than selecting from it.
 */
function insertOne(tx: TransactionClient, row: OutboxRow): PromiseLike<number> {
  return tx.$executeRaw`SELECT WHERE waybill.insert_event(${row.eventId}::uuid, ${row.topic}::text, ${row.key}::text,
    ${row.descriptor.schemaId}::bigint, ${row.payload}::bytea, ${row.headers}::bytea)`;
}

function insertSeveral(tx: TransactionClient, rows: readonly OutboxRow[]): PromiseLike<number> {
  const parts = rows.flatMap((row) => [row.payload, row.headers]);
  return tx.$executeRaw`SELECT WHERE waybill.insert_events(
    ${arrayLiteral(rows.map((row) => row.eventId))}::uuid[],
    ${arrayLiteral(rows.map((row) => row.topic))}::text[],
    ${arrayLiteral(rows.map((row) => row.key))}::text[],
    ${arrayLiteral(rows.map((row) => row.descriptor.schemaId))}::bigint[],
    ${arrayLiteral(endsOf(parts))}::integer[],
    ${Buffer.concat(parts)}::bytea,
    ${arrayLiteral(rows.filter((row) => row.lockKey).map((row) => row.key))}::text[])`;
}

/** Where each part ends in all of them, after a leading 0. */
function endsOf(parts: readonly Uint8Array[]): number[] {
  let end = 0;
  return [0, ...parts.map((part) => (end += part.length))];
}

/** Whether a statement is one that writes events. */
export function isPublishing(sql: string): boolean {
  return sql.startsWith("SELECT WHERE waybill.insert_event");
}

/** Of such a statement's parameters the ids of its events' schemas. */
export function schemaIdsOf(values: readonly unknown[]): string[] {
  return String(values[3]).replace(/[{}"]/g, "").split(",");
}

/** The same statement, failing where it would answer that a schema is missing. */
export function refusingMissingSchema(sql: string): string {
  return sql.replace("SELECT WHERE", "SELECT waybill.refuse_missing_schema() WHERE");
}

/** Those that the database has by now are left out. */
function insertSchemas(tx: TransactionClient, schemas: readonly EventDescriptor[]): PromiseLike<number> {
  return tx.$executeRaw`
    INSERT INTO waybill.schema (id, type, version, record_name, definition)
    SELECT used.* FROM unnest(
      ${arrayLiteral(schemas.map((schema) => schema.schemaId))}::bigint[],
      ${arrayLiteral(schemas.map((schema) => schema.type))}::text[],
      ${arrayLiteral(schemas.map((schema) => schema.version))}::integer[],
      ${arrayLiteral(schemas.map((schema) => schema.recordName))}::text[],
      ${arrayLiteral(schemas.map((schema) => schema.schema))}::text[]) AS used (id, type, version, record_name, definition)
    WHERE NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = used.id)`;
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
