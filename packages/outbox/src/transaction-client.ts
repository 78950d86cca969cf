import { OutboxError } from "./errors.ts";

/**
 * The client of a Prisma interactive transaction, by structure: neither Prisma nor a generated client is imported.
 *
 * The root client has `$connect` and is refused; a transaction's has not. (`$transaction` cannot tell them apart:
 * since Prisma 7.10 a transaction's client has it too, for savepoints.)
 */
export interface TransactionClient {
  $executeRaw(query: TemplateStringsArray, ...values: unknown[]): PromiseLike<number>;
  readonly $connect?: never;
}

/**
 * The run-time twin of `$connect?: never`, for JavaScript and casts.
 *
 * @throws OutboxError with code `NOT_IN_TRANSACTION`
 */
export function assertTransactionClient(client: unknown): asserts client is TransactionClient {
  const candidate = client as { $connect?: unknown; $executeRaw?: unknown } | null | undefined;
  if (typeof candidate?.$executeRaw !== "function") {
    throw notInTransaction("its first argument is not a Prisma client");
  }
  if (candidate.$connect !== undefined) {
    throw notInTransaction("it got the root client, which would commit the event apart from your own writes");
  }
}

function notInTransaction(reason: string): OutboxError {
  return new OutboxError(
    "NOT_IN_TRANSACTION",
    `publish needs the client of an interactive transaction, but ${reason}. ` +
      "Call it as prisma.$transaction(async (tx) => { …; await publish(tx, …); })",
  );
}
