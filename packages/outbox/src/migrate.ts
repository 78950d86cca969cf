import { OutboxError } from "./errors.ts";
import { type Migration, migrations } from "./migrations.ts";

/** One connection to PostgreSQL, in the shape of `pg.Client`. Not a pool: transactions run on it. */
export interface MigrationClient {
  query(text: string, values?: unknown[]): PromiseLike<{ readonly rows: readonly unknown[] }>;
}

/** What a run of {@link migrate} did. */
export interface AppliedMigrations {
  /** The names of the migrations that this run applied; empty when there was nothing to do. */
  readonly applied: readonly string[];
}

/**
 * Brings the database schema `waybill` to this version. Each migration runs in a transaction of its own and is recorded
 * in `waybill.migration` with its checksum. Processes that migrate one database at once take turns by an advisory
 * lock. Migrations of a newer version are left alone.
 *
 * @throws OutboxError with code `MIGRATION_EDITED`, `MIGRATION_FAILED`, or `OPTION_INVALID` when given a pool
 */
export async function migrate(client: MigrationClient): Promise<AppliedMigrations> {
  if ("totalCount" in client) {
    throw new OutboxError(
      "OPTION_INVALID",
      "migrate got a pool, whose queries may each run on another connection; give it one client: await pool.connect()",
    );
  }
  const applied: string[] = [];
  for (const migration of await migrations()) {
    if (await applyOnce(client, migration)) applied.push(migration.name);
  }
  return { applied };
}

/** Whether this call applied it; false when it was applied before. */
async function applyOnce(client: MigrationClient, migration: Migration): Promise<boolean> {
  try {
    // Read committed, whatever the server's default: after the wait for the lock the record of another run must be seen.
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('waybill.migrate', 0))");
    const isNew = await isUnrecorded(client, migration);
    if (isNew) {
      await client.query(migration.sql);
      await client.query("INSERT INTO waybill.migration (name, checksum) VALUES ($1, $2)", [
        migration.name,
        migration.checksum,
      ]);
    }
    await client.query("COMMIT");
    return isNew;
  } catch (error) {
    await rollBack(client);
    if (OutboxError.is(error)) throw error;
    throw new OutboxError(
      "MIGRATION_FAILED",
      `cannot apply migration ${migration.name}: ${error instanceof Error ? error.message : String(error)}. ` +
        "Nothing of it is in the database; mend the cause and run it again",
      { cause: error },
    );
  }
}

async function isUnrecorded(client: MigrationClient, { name, checksum }: Migration): Promise<boolean> {
  // Looked for first: CREATE … IF NOT EXISTS asks for the right to create even when there is nothing to create.
  const { rows: tables } = await client.query("SELECT to_regclass('waybill.migration') IS NOT NULL AS found");
  if (!(tables as { found: boolean }[])[0]?.found) {
    await client.query(createRecord);
    return true;
  }
  const { rows } = await client.query("SELECT checksum FROM waybill.migration WHERE name = $1", [name]);
  const [record] = rows as { checksum: string }[];
  if (record === undefined) return true;
  if (record.checksum === checksum) return false;
  throw new OutboxError(
    "MIGRATION_EDITED",
    `migration ${name} was applied to this database with another content than this version has ` +
      `(SHA-256 ${record.checksum}, now ${checksum}). Install @waybill/outbox anew if its file was edited; ` +
      "if the database was made by a version that was never released, start from a fresh one",
  );
}

const createRecord = `
  CREATE SCHEMA IF NOT EXISTS waybill;
  CREATE TABLE waybill.migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`;

async function rollBack(client: MigrationClient): Promise<void> {
  try {
    await client.query("ROLLBACK");
  } catch {
    // The connection is broken, so the server rolls back by itself; the caller throws what broke it.
  }
}
