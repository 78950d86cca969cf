import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { Prisma, PrismaClient } from "./generated/client.ts";

/** The folder of the shop's datamodel, `schema.prisma`, and of its migrations. */
export const shopPrismaDir: string = join(import.meta.dirname, "../prisma");

/** The Prisma client of the shop. */
export type ShopClient = PrismaClient<"query">;

/** The client that a transaction of the shop gets. */
export type ShopTransaction = Prisma.TransactionClient;

/** Settings of a test's Prisma client. */
export interface TestPrismaOptions {
  /** Connections of the client's pool, hence open transactions at one time. Default 10. */
  readonly maxConnections?: number;
  /** The class of its connections. Default: `pg.Client`. */
  readonly Client?: typeof pg.Client;
  /** Names statements, so that connections prepare them once. Default: none is. */
  readonly statementName?: (sql: string) => string;
}

/**
 * A Prisma 7 client of the shop's datamodel, which emits the event `query` for each statement that it sends. Make the
 * tables first, with {@link createShopTables}; end with `$disconnect()`.
 */
export function createTestPrisma(url: string, options: TestPrismaOptions = {}): ShopClient {
  const { maxConnections = 10, Client = pg.Client, statementName } = options;
  const adapter = new PrismaPg(
    { connectionString: url, max: maxConnections, Client },
    // A test drops its database with connections still open; without a listener that ends the process.
    {
      onPoolError: () => {},
      onConnectionError: () => {},
      ...(statementName === undefined ? {} : { statementNameGenerator: ({ sql }) => statementName(sql) }),
    },
  );
  return new PrismaClient({ adapter, log: [{ emit: "event", level: "query" }] });
}

/** Applies the shop's migrations to an empty database. */
export async function createShopTables(url: string): Promise<void> {
  const migrations = join(shopPrismaDir, "migrations");
  const folders = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of folders.map((folder) => folder.name).sort()) {
      await client.query(await readFile(join(migrations, name, "migration.sql"), "utf8"));
    }
  } finally {
    await client.end();
  }
}
