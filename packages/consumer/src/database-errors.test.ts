import { expect, it } from "@jest/globals";
import { isTransientDatabaseError } from "./database-errors.ts";

/** Errors as Prisma 7.10 with adapter-pg throws them. */
function prismaError(code: string, cause?: object): Error {
  const meta = cause === undefined ? {} : { driverAdapterError: { name: "DriverAdapterError", cause } };
  return Object.assign(new Error("m"), { name: "PrismaClientKnownRequestError", code, meta });
}

const initialization = Object.assign(new Error("m"), { name: "PrismaClientInitializationError" });

it.each<[string, unknown]>([
  ["unreachable", prismaError("P1001", { kind: "DatabaseNotReachable" })],
  ["unreachable in a raw query", prismaError("P2010", { kind: "DatabaseNotReachable" })],
  ["no connection from the pool", prismaError("P2024")],
  ["transaction closed", prismaError("P2028")],
  ["write conflict", prismaError("P2034")],
  ["deadlock in a raw query", prismaError("P2010", { kind: "TransactionWriteConflict", originalCode: "40P01" })],
  ["terminated by an administrator", prismaError("P2010", { kind: "postgres", originalCode: "57P01" })],
  ["too many connections", prismaError("P2010", { kind: "postgres", originalCode: "53300" })],
  ["lock timeout", prismaError("P2010", { kind: "postgres", originalCode: "55P03" })],
  ["read-only after a failover", prismaError("P2010", { kind: "postgres", originalCode: "25006" })],
  ["connection lost in a transaction", new Error("Client has encountered a connection error and is not queryable")],
  ["connection lost in a query", new Error("Connection terminated unexpectedly")],
  ["no connection in time", new Error("timeout exceeded when trying to connect")],
  ["client cannot start", initialization],
  ["wrapped by the application", new Error("cannot reserve stock", { cause: prismaError("P1017") })],
])("is the database's trouble: %s", (_, error) => {
  expect(isTransientDatabaseError(error)).toBe(true);
});

it.each<[string, unknown]>([
  ["unique violation", prismaError("P2002", { kind: "UniqueConstraintViolation", originalCode: "23505" })],
  ["record not found", prismaError("P2025")],
  ["missing table in a raw query", prismaError("P2010", { kind: "TableDoesNotExist", originalCode: "42P01" })],
  ["aborted transaction", prismaError("P2010", { kind: "postgres", originalCode: "25P02" })],
  ["statement timeout", prismaError("P2010", { kind: "postgres", originalCode: "57014" })],
  ["another service", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })],
  ["no error at all", "P1001"],
])("is not the database's trouble: %s", (_, error) => {
  expect(isTransientDatabaseError(error)).toBe(false);
});

it("ends on a cause that is its own", () => {
  const error = new Error("loop");
  error.cause = error;
  expect(isTransientDatabaseError(error)).toBe(false);
});
