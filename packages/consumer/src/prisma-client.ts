import type { InboxTransaction } from "./inbox.ts";

/**
 * A Prisma client, by structure: the generated client of any application, extended or not. It has to use PostgreSQL
 * with Waybill's migrations.
 */
export interface PrismaClientLike {
  $transaction: (run: (tx: never) => Promise<unknown>) => PromiseLike<unknown>;
  $executeRaw: InboxTransaction["$executeRaw"];
  $queryRaw: (query: TemplateStringsArray, ...values: readonly unknown[]) => PromiseLike<unknown>;
}

/** The type of `tx` in the client's interactive transactions. */
export type TransactionOf<Client extends PrismaClientLike> = Client["$transaction"] extends (
  run: (tx: infer Tx) => Promise<unknown>,
) => PromiseLike<unknown>
  ? Tx
  : never;
