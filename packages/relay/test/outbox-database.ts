import { readFile } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@waybill/harness";
import pg from "pg";

const migrationFiles = ["0001_outbox.sql", "0002_relay.sql"];

/** A fresh database with the outbox and the relay's table. */
export async function createOutboxDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await withClient(database.url, async (client) => {
    for (const file of migrationFiles) {
      await client.query(await readFile(new URL(`../../outbox/sql/${file}`, import.meta.url), "utf8"));
    }
  });
  return database;
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // tests cut connections on purpose; the query at hand rejects
  await client.connect();
  return client;
}

export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
