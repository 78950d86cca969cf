import type pg from "pg";
import { messageOf, RelayError } from "../errors.ts";

/** @throws RelayError DATABASE_UNREACHABLE */
export async function connectToPostgres(client: pg.Client, databaseUrl: string): Promise<void> {
  try {
    await client.connect();
  } catch (error) {
    throw new RelayError(
      "DATABASE_UNREACHABLE",
      `cannot connect to PostgreSQL at ${databasePlace(databaseUrl)}: ${messageOf(error)}. Check that it runs and that ` +
        "--database-url (DATABASE_URL) names its host, port, database, user and password.",
      { cause: error },
    );
  }
}

/** host:port/database, without user and password. */
export function databasePlace(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}
