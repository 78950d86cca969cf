/** Why something failed, for a message: `ENOENT: no such file …`. Holds for errors of any realm. */
export function reasonOf(error: unknown): string {
  const { message } = partsOf(error);
  return typeof message === "string" && message !== "" ? message : "for an unknown reason";
}

/** The code of a system error, such as `ENOENT`; null for any other error. */
export function systemCodeOf(error: unknown): string | null {
  const { code } = partsOf(error);
  return typeof code === "string" ? code : null;
}

/** Why `fetch` failed: it says only "fetch failed", and keeps the reason, or one for each address, in its cause. */
export function networkReasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause } = partsOf(error);
  if (name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  const { errors } = partsOf(cause);
  const first: unknown = Array.isArray(errors) ? errors[0] : cause;
  return first === undefined ? reasonOf(error) : reasonOf(first);
}

function partsOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
}
