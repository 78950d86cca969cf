import { PrismaPg } from "@prisma/adapter-pg";
import { pipelinePublish } from "@waybill/outbox";
import pg from "pg";
import { type Prisma, PrismaClient } from "./generated/client.ts";

/** The shop's Prisma client. */
export type Database = PrismaClient;

/** What `database.$transaction(async (tx) => …)` and every event handler get. */
export type Transaction = Prisma.TransactionClient;

/**
 * Connects to the shop's database at the first query.
 *
 * @param maxConnections size of the pool, hence how many transactions run at once. Default 10.
 * @param Client of its connections. By default one whose transactions do not wait for the answer to their events.
 */
export function openDatabase(url: string, maxConnections = 10, Client = pipelinePublish(pg.Client)): Database {
  return new PrismaClient({
    adapter: new PrismaPg(
      { connectionString: url, max: maxConnections, Client },
      // Without a listener, an idle connection that the server cuts would end the process.
      { onPoolError: reportLostConnection, onConnectionError: reportLostConnection },
    ),
  });
}

function reportLostConnection(error: Error): void {
  process.stderr.write(`checkout: a database connection was lost: ${error.message}\n`);
}
