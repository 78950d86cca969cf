import { isErrorLike } from "./error-like.ts";

/**
 * Tells the failures that come from the database's circumstances (gone, restarting, out of connections, two
 * transactions in each other's way) from those that come from what the handler did. By structure, since the error
 * classes belong to the user's copy of Prisma. Measured with Prisma 7.10 and adapter-pg; the tests hold each case.
 */

/**
 * P1001 unreachable, P1002 timed out, P1008 operation timed out, P1017 connection closed, P2024 no connection from the
 * pool, P2028 the transaction is closed or could not start, P2034 write conflict or deadlock, P2037 too many
 * connections.
 */
const TRANSIENT_PRISMA_CODES = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2034", "P2037"]);

/**
 * SQLSTATE classes: 08 connection exception, 53 insufficient resources, 57P operator intervention (shutdown, crash,
 * cannot connect now), 58 system error. SQLSTATEs: 40001 serialization failure, 40P01 deadlock, 55P03 lock not
 * available, 25006 read-only transaction (the primary has become a standby).
 */
const TRANSIENT_SQLSTATE = /^(?:08|53|58)...$|^57P..$|^(?:40001|40P01|55P03|25006)$/;

/** Node's codes of a connection that broke. */
const TRANSIENT_SOCKET_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH"]);

/** What `pg` throws, as plain errors without a code, when a connection dies in a transaction or cannot be had. */
const PG_CONNECTION_LOST =
  /^(?:Client has encountered a connection error and is not queryable|Connection terminated\b.*|timeout exceeded when trying to connect)$/;

/** Kinds of the driver adapter that carry no code of PostgreSQL's. */
const TRANSIENT_ADAPTER_KINDS = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "SocketTimeout",
  "TooManyConnections",
  "TransactionWriteConflict",
  "TransactionAlreadyClosed",
]);

/** How deep `cause` is followed: enough for an application's own wrapping, finite for a loop. */
const MAX_CAUSES = 5;

/** Whether the error, or a cause of it, is the database's trouble rather than the event's. */
export function isTransientDatabaseError(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && isErrorLike(current); depth += 1) {
    if (isTransient(current)) return true;
    current = current.cause;
  }
  return false;
}

function isTransient(error: Error): boolean {
  if (error.name === "PrismaClientKnownRequestError") return isTransientPrismaError(error);
  if (error.name === "PrismaClientInitializationError") return true;
  const kind = kindOf(error.cause);
  if (error.name === "DriverAdapterError" && kind !== null) return isTransientAdapterCause(error.cause);
  return PG_CONNECTION_LOST.test(error.message);
}

function isTransientPrismaError(error: Error): boolean {
  const code = stringAt(error, "code");
  if (code !== null && TRANSIENT_PRISMA_CODES.has(code)) return true;
  const meta = property(error, "meta");
  return isTransientAdapterCause(property(property(meta, "driverAdapterError"), "cause"));
}

function isTransientAdapterCause(cause: unknown): boolean {
  const kind = kindOf(cause);
  if (kind !== null && TRANSIENT_ADAPTER_KINDS.has(kind)) return true;
  const code = stringAt(cause, "originalCode");
  return code !== null && (TRANSIENT_SQLSTATE.test(code) || TRANSIENT_SOCKET_CODES.has(code));
}

function kindOf(cause: unknown): string | null {
  return stringAt(cause, "kind");
}

function stringAt(value: unknown, name: string): string | null {
  const found = property(value, name);
  return typeof found === "string" ? found : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
