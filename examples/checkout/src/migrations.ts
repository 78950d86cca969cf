import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";

const folder = join(import.meta.dirname, "../prisma/migrations");

/**
 * Applies the shop's Prisma migrations that the database lacks, and records them as `prisma migrate deploy` does, so
 * that either may go on where the other left off. In a deployment `prisma migrate deploy` does it; the demo uses this,
 * as Prisma would download its schema engine first.
 */
export async function migrateShop(client: pg.Client): Promise<void> {
  await client.query(CREATE_TABLE);
  const { rows } = await client.query<{ name: string }>("SELECT migration_name AS name FROM _prisma_migrations");
  const applied = new Set(rows.map(({ name }) => name));
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of names.sort()) if (!applied.has(name)) await apply(client, name);
}

async function apply(client: pg.Client, name: string): Promise<void> {
  const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
  await client.query("BEGIN");
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ($1, $2, now(), $3, 1)`,
      [randomUUID(), createHash("sha256").update(sql).digest("hex"), name],
    );
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw new Error(`the shop's migration ${name} failed: ${(error as Error).message}`, { cause: error });
  }
}

/** Prisma's own table. Source: prisma-engines, `create_migrations_table` of the PostgreSQL flavour. */
const CREATE_TABLE = `
CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;
