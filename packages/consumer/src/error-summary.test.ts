import { runInNewContext } from "node:vm";
import { expect, it } from "@jest/globals";
import { summarizeError } from "./error-summary.ts";

it("keeps class, code and message", () => {
  const error = Object.assign(new TypeError("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(summarizeError(error)).toEqual({ name: "TypeError", code: "ECONNREFUSED", message: "connect ECONNREFUSED" });
});

it("drops the lines in which Prisma prints the arguments", () => {
  const error = new Error('\nInvalid `prisma.order.create()` invocation:\n\n{ data: { card: "4111" } }\n\nWrong type.');
  expect(summarizeError(error).message).toBe("Wrong type.");
});

it("cuts long messages", () => {
  const { message } = summarizeError(new Error("x".repeat(10_000)));
  expect(message).toHaveLength(500);
  expect(message.endsWith("…")).toBe(true);
});

it("shows nothing of a thrown value that is no error: it may be the payload", () => {
  expect(summarizeError({ card: "4111" })).toEqual({ name: "object", code: null, message: "not an Error object" });
  expect(summarizeError("4111").message).not.toContain("4111");
});

it("knows errors of another realm", () => {
  const foreign: unknown = runInNewContext("new TypeError('of another realm')");
  expect(summarizeError(foreign)).toEqual({ name: "TypeError", code: null, message: "of another realm" });
});
