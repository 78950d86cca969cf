/** What went wrong, for programs; the README lists what to do about each. */
export type SandboxErrorCode =
  | "unsupported-platform"
  | "no-unprivileged-user"
  | "service-did-not-start"
  | "service-not-ready"
  | "service-unreachable"
  | "service-died";

const brand = Symbol.for("@waybill/sandbox/SandboxError");

/** The error of this package. Its message holds the failed service's own last lines where there are any. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly [brand] = true;
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether a value is a SandboxError, also one of another copy of this package. */
  static is(error: unknown): error is SandboxError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
