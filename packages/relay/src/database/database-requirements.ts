import type { Migration } from "@waybill/outbox";
import type pg from "pg";
import { RelayError } from "../errors.ts";
import { isStandby, missingTables } from "../sql/database-state.ts";
import { databasePlace } from "./connect-to-postgres.ts";

/** What came with 0005 and later: commands that only look can do without. */
export const LATER_TABLES: readonly string[] = [
  "waybill.relay_instance",
  "waybill.dead_letter",
  "waybill.discarded_event",
];

/**
 * @param dispensable tables that may be missing
 * @throws RelayError DATABASE_IS_STANDBY, MIGRATION_MISSING
 */
export async function requireUsableDatabase(
  client: pg.Client,
  databaseUrl: string,
  dispensable: readonly string[] = [],
): Promise<void> {
  if (await isStandby(client)) {
    throw new RelayError(
      "DATABASE_IS_STANDBY",
      `PostgreSQL at ${databasePlace(databaseUrl)} is a standby: its snapshots do not list running transactions, so ` +
        "events would be lost. Point --database-url (DATABASE_URL) at the primary.",
    );
  }
  const missing = (await missingTables(client)).filter((table) => !dispensable.includes(table));
  if (missing.length === 0) return;
  throw new RelayError(
    "MIGRATION_MISSING",
    `the database at ${databasePlace(databaseUrl)} has no ${missing.join(", ")}: run \`outbox-relay migrate\` (or, where ` +
      "Prisma migrates, `outbox-relay migrate --prisma <dir>`), then start the relay again.",
  );
}

/**
 * What to run when the database's tables suffice, but its migrations are not those of this version; null when they are.
 *
 * @param known of this version
 * @param applied what the database records; null when it does not tell
 */
export function migrationProblem(
  known: readonly Pick<Migration, "name">[],
  applied: ReadonlyMap<string, unknown> | null,
): string | null {
  if (applied === null) return null;
  const pending = known.filter(({ name }) => !applied.has(name)).map(({ name }) => name);
  if (pending.length > 0) {
    return (
      `the database lacks ${pending.join(", ")} of this version: run \`outbox-relay migrate\` (or, where Prisma migrates, ` +
      "`outbox-relay migrate --prisma <dir>`). Until then the relay does without what they bring."
    );
  }
  const newer = [...applied.keys()].filter((name) => !known.some((migration) => migration.name === name));
  if (newer.length === 0) return null;
  return `the database was migrated by a newer version (${newer.join(", ")}): update this relay to it.`;
}
