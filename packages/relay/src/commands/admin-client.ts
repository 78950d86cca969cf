import pg from "pg";
import type { CliEnvironment } from "../cli-environment.ts";
import { connectToPostgres } from "../database/connect-to-postgres.ts";
import { loadDatabaseUrl } from "../settings/settings.ts";

const CONNECT_TIMEOUT_MS = 10_000;

/** Connects for one admin command, and disconnects whatever it does. @throws RelayError */
export async function withAdminClient<T>(
  databaseUrl: string | undefined,
  { env }: CliEnvironment,
  use: (client: pg.Client, databaseUrl: string) => Promise<T>,
): Promise<T> {
  const url = loadDatabaseUrl({ flags: databaseUrl === undefined ? {} : { databaseUrl }, env });
  return withDatabase(url, (client) => use(client, url));
}

/** The same for a URL that is known. @throws RelayError */
export async function withDatabase<T>(databaseUrl: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: "outbox-relay admin",
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on("error", () => {}); // the statement at hand rejects, and tells
  await connectToPostgres(client, databaseUrl);
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
