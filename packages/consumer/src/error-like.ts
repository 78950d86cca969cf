/**
 * Whether a thrown value is an error, also one of another realm (Node's own errors and DOMExceptions inside a `vm`
 * context, as test runners use them), where `instanceof Error` says no.
 */
export function isErrorLike(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && typeof value.name === "string" && "message" in value && typeof value.message === "string";
}
