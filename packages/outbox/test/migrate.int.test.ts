import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createTestDatabase, createTestPrisma, type TestDatabase } from "@waybill/harness";
import { event, migrate, type MigrationClient, migrations, OutboxError, publish, publishAll } from "@waybill/outbox";
import pg from "pg";
import { orderPlaced, placed, withClient } from "./outbox-test.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.drop());

const names = (await migrations()).map(({ name }) => name);

function run() {
  return withClient(database.url, migrate);
}

/** Everything in the schema that migrations make, in one text. */
function structure() {
  return withClient(database.url, async (client) => {
    const { rows } = await client.query(`
      SELECT 'column' AS kind, table_name AS name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position)
        FROM information_schema.columns WHERE table_schema = 'waybill' GROUP BY 2
      UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'waybill'
      UNION ALL SELECT 'function', proname, md5(prosrc) FROM pg_proc WHERE pronamespace = 'waybill'::regnamespace
      ORDER BY 1, 2, 3`);
    return rows;
  });
}

it("applies every migration once, and records it with its checksum", async () => {
  expect(names[0]).toBe("0001_outbox");
  expect(await run()).toEqual({ applied: names });
  expect(await run()).toEqual({ applied: [] });
  const rows = await withClient(database.url, async (client) => {
    return (await client.query("SELECT name, checksum FROM waybill.migration ORDER BY name")).rows;
  });
  expect(rows).toEqual((await migrations()).map(({ name, checksum }) => ({ name, checksum })));
});

it("is safe to run from several processes at once: each migration is applied by one of them", async () => {
  const runs = await Promise.all(Array.from({ length: 8 }, run));
  expect(runs.flatMap(({ applied }) => applied).sort()).toEqual(names);
  expect(await run()).toEqual({ applied: [] });
});

it("is safe at once under any default isolation", async () => {
  await withClient(database.url, async (client) => {
    await client.query(`ALTER DATABASE ${database.name} SET default_transaction_isolation = 'serializable'`);
  });
  const runs = await Promise.all(Array.from({ length: 4 }, run));
  expect(runs.flatMap(({ applied }) => applied).sort()).toEqual(names);
});

it("has statements that can run twice and change nothing then", async () => {
  await run();
  const before = await structure();
  expect(before.length).toBeGreaterThan(20);
  await withClient(database.url, (client) => client.query("DELETE FROM waybill.migration"));
  expect(await run()).toEqual({ applied: names });
  expect(await structure()).toEqual(before);
});

it("refuses to go on when an applied migration was another one, naming it", async () => {
  await run();
  await withClient(database.url, (client) =>
    client.query("UPDATE waybill.migration SET checksum = 'other' WHERE name = '0001_outbox'"),
  );
  await expect(run()).rejects.toMatchObject({
    code: "MIGRATION_EDITED",
    message: expect.stringContaining("0001_outbox"),
  });
});

it("leaves migrations of a newer version alone", async () => {
  await run();
  await withClient(database.url, (client) =>
    client.query("INSERT INTO waybill.migration (name, checksum) VALUES ('9999_future', 'x')"),
  );
  expect(await run()).toEqual({ applied: [] });
});

it("leaves nothing of a migration that fails, says which, and goes on from there", async () => {
  const failed = await withClient(database.url, async (client) => {
    const failing: MigrationClient = {
      query: (text, values) => client.query(text.includes("waybill.inbox") ? `${text}; SELECT 1/0` : text, values),
    };
    const error = await migrate(failing).catch((reason: unknown) => reason);
    // The connection can be used on: the transaction was rolled back.
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    return error;
  });
  expect(failed).toMatchObject({ code: "MIGRATION_FAILED", retryable: true, cause: { code: "22012" } });
  expect((failed as Error).message).toMatch(/migration 0003_inbox: division by zero/);
  await withClient(database.url, async (client) => {
    expect((await client.query("SELECT to_regclass('waybill.inbox') AS inbox")).rows).toEqual([{ inbox: null }]);
  });
  expect(await run()).toEqual({ applied: names.slice(names.indexOf("0003_inbox")) });
});

it("keeps the reason when the connection breaks in the middle", async () => {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {}); // the cut itself
  await client.connect();
  const cutting: MigrationClient = {
    query: async (text, values) => {
      if (text.includes("waybill.inbox")) {
        const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
        await withClient(database.url, (other) => other.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]));
      }
      return client.query(text, values);
    },
  };
  const error = await migrate(cutting).catch((reason: unknown) => reason);
  expect(OutboxError.is(error) && error.code).toBe("MIGRATION_FAILED");
  expect((error as Error).cause).toBeInstanceOf(Error);
  await client.end();
  expect((await run()).applied).toContain("0003_inbox");
});

it("refuses a pool", async () => {
  const pool = new pg.Pool({ connectionString: database.url });
  await expect(migrate(pool)).rejects.toMatchObject({
    code: "OPTION_INVALID",
    message: expect.stringMatching(/a pool/),
  });
  await pool.end();
});

it("lets publish say that it was never run, with the command to run and the cause", async () => {
  const prisma = createTestPrisma(database.url);
  try {
    for (const count of [1, 2]) {
      const error = await prisma
        .$transaction((tx) =>
          publishAll(
            tx,
            Array.from({ length: count }, () => event(orderPlaced, placed("a"))),
          ),
        )
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "MIGRATION_MISSING", cause: { code: "P2010" } });
      expect((error as Error).message).toContain('Run "outbox-relay migrate"');
    }
    await run();
    await expect(prisma.$transaction((tx) => publish(tx, orderPlaced, placed("a")))).resolves.toMatch(/-7/);
  } finally {
    await prisma.$disconnect();
  }
});
