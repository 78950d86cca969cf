import pg from "pg";
import { messageOf, RelayError } from "../errors.ts";
import { databasePlace } from "./connect-to-postgres.ts";

/** SQLSTATEs of a database whose tables are not those of this release: of a schema, table, column or function. */
const UNDEFINED = new Set(["3F000", "42P01", "42703", "42883"]);

/** What failed, where, and what to do about it; a RelayError says so already. */
export function describeDatabaseError(error: unknown, databaseUrl: string): RelayError {
  if (RelayError.is(error)) return error;
  const place = databasePlace(databaseUrl);
  const cause = { cause: error };
  if (!(error instanceof pg.DatabaseError)) {
    return new RelayError(
      "DATABASE_UNREACHABLE",
      `the work with PostgreSQL at ${place} failed: ${messageOf(error)}.`,
      cause,
    );
  }
  const code = error.code ?? "";
  const said = `${messageOf(error)} (SQLSTATE ${code})`;
  if (UNDEFINED.has(code)) {
    return new RelayError(
      "MIGRATION_MISSING",
      `the schema waybill at ${place} is not of this release: ${said}. Run \`outbox-relay migrate\` (or, where Prisma ` +
        "migrates, `outbox-relay migrate --prisma <dir>`), then start the relay again.",
      cause,
    );
  }
  return new RelayError(
    "DATABASE_UNREACHABLE",
    `PostgreSQL at ${place} refuses what the relay asks: ${said}. ${remedyOf(code)}`,
    cause,
  );
}

function remedyOf(code: string): string {
  if (code === "42501") {
    return (
      "Its role needs USAGE on the schema waybill, SELECT on its tables (all rows: BYPASSRLS where row-level security is on), " +
      "UPDATE on waybill.relay_cursor, INSERT, UPDATE and DELETE on waybill.relay_instance and waybill.dead_letter, and " +
      "INSERT on waybill.discarded_event."
    );
  }
  if (code === "57014")
    return "A statement took longer than its limit: `outbox-relay doctor` looks at plans and locks.";
  if (code.startsWith("53")) return "The server lacks memory, disk or connections: mend that.";
  if (code.startsWith("57P")) return "The server is stopping or starting.";
  return "`outbox-relay doctor` checks what the relay needs of the database.";
}
