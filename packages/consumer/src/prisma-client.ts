import type { InboxTransaction } from "./inbox.ts";

/**
 * A Prisma client, by structure: the generated client of any application, extended or not. It has to use PostgreSQL
 * with Waybill's migrations.
 */
export interface PrismaClientLike extends InboxTransaction {
  /** Overloaded and generic in Prisma: taken apart by {@link TransactionOf}. */
  $transaction(...args: never): PromiseLike<unknown>;
  $queryRaw(query: TemplateStringsArray, ...values: readonly unknown[]): PromiseLike<unknown>;
}

/** The type of `tx` in the client's interactive transactions. */
export type TransactionOf<Client extends PrismaClientLike> = Client extends {
  $transaction(run: (tx: infer Tx) => Promise<unknown>, ...options: never): PromiseLike<unknown>;
}
  ? Tx
  : never;
