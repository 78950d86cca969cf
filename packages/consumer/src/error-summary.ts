import { isErrorLike } from "./error-like.ts";

/** What dead letters, logs and events say of an error: never a payload, never a stack. */
export interface ErrorSummary {
  /** The error's class, such as `NonRetryableError`; `typeof` for what is no Error. */
  readonly name: string;
  /** Its `code`, such as `P2002` or `ECONNREFUSED`; null when it has none. */
  readonly code: string | null;
  /** One line, at most 500 characters. */
  readonly message: string;
}

const MAX_MESSAGE_LENGTH = 500;

/**
 * An error in one line. Prisma writes its arguments, values included, into the lines above the last one
 * ("Invalid `prisma.order.create()` invocation: { data: { …"), so of several lines only the last is kept.
 */
export function summarizeError(error: unknown): ErrorSummary {
  if (!isErrorLike(error)) return { name: typeof error, code: null, message: "not an Error object" };
  const code = "code" in error && typeof error.code === "string" ? error.code : null;
  const lines = error.message.split("\n").filter((line) => line.trim() !== "");
  const line = (lines.at(-1) ?? "").trim();
  const message = line.length > MAX_MESSAGE_LENGTH ? `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…` : line;
  return { name: error.name, code, message };
}
