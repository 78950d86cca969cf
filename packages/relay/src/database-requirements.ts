import type pg from "pg";
import { databasePlace } from "./connect-to-postgres.ts";
import { RelayError } from "./errors.ts";
import { isStandby, missingTables } from "./sql/database-state.ts";

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
