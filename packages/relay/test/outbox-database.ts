import { createTestDatabase, type TestDatabase } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import pg from "pg";

/** A fresh database with the outbox and the relay's table. */
export async function createOutboxDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await withClient(database.url, (client) => migrate(client));
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
