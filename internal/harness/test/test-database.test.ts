import { expect, it } from "@jest/globals";
import { createTestDatabase } from "@waybill/harness";
import pg from "pg";

it("creates an empty database on a real PostgreSQL and drops it", async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query("select current_database() as name");
  expect(rows).toEqual([{ name: database.name }]);
  await client.end();
  await database.drop();
  await expect(new pg.Client({ connectionString: database.url }).connect()).rejects.toThrow("does not exist");
});
