import { runInContext } from "@waybill/outbox";
import { isErrorLike } from "./error-like.ts";
import { ConsumerError } from "./errors.ts";
import type { FailureStage } from "./failure-verdict.ts";
import type { ReceivedEvent, Registration } from "./handlers.ts";
import { enterInbox, type InboxClient, type InboxTransaction } from "./inbox.ts";

/** Isolation of the handlers' transactions, in Prisma's words. */
export type IsolationLevel = "ReadCommitted" | "RepeatableRead" | "Serializable";

/** What the consumer needs of a Prisma client, by structure, with the type of its transactions erased. */
export interface TransactionalClient extends InboxClient {
  $transaction<Result>(
    run: (tx: InboxTransaction) => Promise<Result>,
    options: { readonly maxWait: number; readonly timeout: number; readonly isolationLevel?: IsolationLevel },
  ): Promise<Result>;
}

export interface HandlerTransactionSettings {
  readonly groupId: string;
  readonly handlerTimeoutMs: number;
  readonly transactionWaitMs: number;
  readonly isolationLevel: IsolationLevel | undefined;
}

/** How one attempt at one event ended. */
export type AttemptResult =
  | { readonly kind: "handled" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "failed"; readonly stage: FailureStage; readonly error: unknown };

/**
 * What Prisma may take over the handler's own time, for the inbox row and the commit. Ours must end first: it rejects
 * at once, Prisma's only makes the next query fail.
 */
const TRANSACTION_MARGIN_MS = 5_000;

/**
 * One attempt: inbox row, handler, commit, in one transaction. Crash points:
 * - before COMMIT: nothing of the attempt exists; the offset has not moved, so the record comes again;
 * - after COMMIT, before the offset: the record comes again, finds its inbox row, and is a duplicate.
 */
export class HandlerTransaction {
  readonly #prisma: TransactionalClient;
  readonly #settings: HandlerTransactionSettings;
  readonly #abandon: AbortSignal;

  /** @param abandon aborted when a stopping consumer waits no longer: open transactions are rolled back */
  constructor(prisma: TransactionalClient, settings: HandlerTransactionSettings, abandon: AbortSignal) {
    this.#prisma = prisma;
    this.#settings = settings;
    this.#abandon = abandon;
  }

  async attempt(registration: Registration, event: ReceivedEvent<unknown>, attempt: number): Promise<AttemptResult> {
    const { groupId, handlerTimeoutMs, transactionWaitMs, isolationLevel } = this.#settings;
    let stage: FailureStage = "before-handler";
    try {
      const entered = await this.#prisma.$transaction(
        async (tx) => {
          if (!(await enterInbox(tx, groupId, event.id))) return false;
          stage = "handler";
          await this.#runHandler(registration, event, tx, attempt);
          await assertNotAborted(tx, event.type);
          return true;
        },
        {
          maxWait: transactionWaitMs,
          timeout: handlerTimeoutMs + TRANSACTION_MARGIN_MS,
          ...(isolationLevel === undefined ? {} : { isolationLevel }),
        },
      );
      return { kind: entered ? "handled" : "duplicate" };
    } catch (error) {
      return { kind: "failed", stage, error };
    }
  }

  /** Runs the handler in the event's context until it settles, its time is up, or the consumer gives it up. */
  async #runHandler(
    { handler }: Registration,
    event: ReceivedEvent<unknown>,
    tx: InboxTransaction,
    attempt: number,
  ): Promise<void> {
    const { handlerTimeoutMs } = this.#settings;
    const controller = new AbortController();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = (reason: unknown): void => {
      controller.abort(reason);
      reject(reason);
    };
    const timer = setTimeout(() => abort(timeoutError(event.type, handlerTimeoutMs)), handlerTimeoutMs);
    const abandon = (): void => abort(this.#abandon.reason);
    this.#abandon.addEventListener("abort", abandon);
    if (this.#abandon.aborted) abandon();
    try {
      const { correlationId, id: causationId, traceparent } = event;
      const context = { correlationId, causationId, traceparent };
      // A handler that ignores the signal goes on by itself after the race; its transaction is closed by then, so
      // nothing that it still writes through tx can commit.
      const handling = runInContext(context, async () => handler(event, { tx, signal: controller.signal, attempt }));
      await Promise.race([handling, aborted]);
    } finally {
      clearTimeout(timer);
      this.#abandon.removeEventListener("abort", abandon);
    }
  }
}

function timeoutError(type: string, timeoutMs: number): ConsumerError {
  return new ConsumerError(
    "HANDLER_TIMEOUT",
    `The handler of ${type} did not finish within ${timeoutMs} ms and was rolled back. ` +
      "Raise handlerTimeoutMs, or move slow calls out of the transaction.",
  );
}

/**
 * A handler that catches a failed query and returns leaves an aborted transaction, on which PostgreSQL answers COMMIT
 * with a rollback and no error: measured with Prisma 7.10, `$transaction` resolves. The event's effects would be lost
 * with its offset committed, so one more statement (0.1 ms) asks the transaction whether it is alive.
 */
async function assertNotAborted(tx: InboxTransaction, type: string): Promise<void> {
  try {
    await tx.$executeRaw`SELECT 1`;
  } catch (error) {
    if (!(isErrorLike(error) && error.message.includes("25P02"))) throw error;
    throw new ConsumerError(
      "TRANSACTION_ABORTED",
      `The handler of ${type} returned, but a query of its transaction had failed, so PostgreSQL commits nothing of ` +
        "it. Let the error out of the handler, or run that query in a savepoint.",
      { cause: error },
    );
  }
}
