const brand = Symbol.for("@waybill/outbox/OutboxError");

/** Every code of {@link OutboxError}, and whether the same call may succeed later without a change. */
export const retryableByCode = {
  NOT_IN_TRANSACTION: false,
  EVENT_TOO_LARGE: false,
  KEY_INVALID: false,
  OPTION_INVALID: false,
  MIGRATION_MISSING: false,
  MIGRATION_EDITED: false,
  MIGRATION_FAILED: true,
} as const;

/** Which failure an {@link OutboxError} is; the package's README has a table. */
export type OutboxErrorCode = keyof typeof retryableByCode;

/** Thrown by this package itself. The message says what failed, on what, why, and what to do next. */
export class OutboxError extends Error {
  override readonly name = "OutboxError";
  readonly code: OutboxErrorCode;

  constructor(code: OutboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether the same call may succeed later without any change. */
  get retryable(): boolean {
    return retryableByCode[this.code];
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is OutboxError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
