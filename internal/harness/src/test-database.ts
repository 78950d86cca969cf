import { randomBytes } from "node:crypto";
import pg from "pg";

export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Drops it, cutting whoever is still connected. */
  drop(): Promise<void>;
}

/** A fresh, empty database on the PostgreSQL that Jest's global setup started: one per test file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env["WAYBILL_TEST_POSTGRES"];
  if (serverUrl === undefined) throw new Error("WAYBILL_TEST_POSTGRES is not set: Jest's global setup did not run");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await runOn(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, name, drop: () => runOn(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
