const consumerBrand = Symbol.for("@waybill/consumer/ConsumerError");
const nonRetryableBrand = Symbol.for("@waybill/consumer/NonRetryableError");
const retryLaterBrand = Symbol.for("@waybill/consumer/RetryLaterError");

const MAX_DELAY_MS = 2 ** 31 - 1;

/** Every code of {@link ConsumerError}, and whether the same call may succeed later without a change. */
export const retryableByCode = {
  SETTINGS_INVALID: false,
  HANDLER_INVALID: false,
  STATE_INVALID: false,
  DATABASE_UNREACHABLE: true,
  MIGRATION_MISSING: false,
  REGISTRY_UNREACHABLE: true,
  BROKER_UNREACHABLE: true,
  TOPIC_MISSING: false,
  EVENT_UNREADABLE: false,
  UPCAST_FAILED: false,
  HANDLER_TIMEOUT: true,
  TRANSACTION_ABORTED: true,
} as const;

/** Which failure a {@link ConsumerError} is; the package's README has a table. */
export type ConsumerErrorCode = keyof typeof retryableByCode;

/** Thrown by the consumer itself. The message says what failed, on what, why, and what to do next. */
export class ConsumerError extends Error {
  override readonly name = "ConsumerError";
  readonly code: ConsumerErrorCode;

  constructor(code: ConsumerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, consumerBrand, { value: true });
  }

  /** Whether the same call may succeed later without any change. */
  get retryable(): boolean {
    return retryableByCode[this.code];
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is ConsumerError {
    return hasBrand(error, consumerBrand);
  }
}

/**
 * A handler's verdict: this event can never succeed. Its transaction is rolled back and the event is dead-lettered at
 * once, whatever attempts are left.
 */
export class NonRetryableError extends Error {
  override readonly name = "NonRetryableError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    Object.defineProperty(this, nonRetryableBrand, { value: true });
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is NonRetryableError {
    return hasBrand(error, nonRetryableBrand);
  }
}

/**
 * A handler's verdict: try this event again after a delay of the handler's choosing. The transaction is rolled back,
 * the attempt counts, and the partition waits: what follows on the key must not overtake.
 */
export class RetryLaterError extends Error {
  override readonly name = "RetryLaterError";
  /** How long to wait before the next attempt, in milliseconds. */
  readonly delayMs: number;

  /** @throws RangeError when the delay is not between 0 and 24 days, the longest that a timer of Node's can wait */
  constructor(message: string, options: ErrorOptions & { readonly delayMs: number }) {
    super(message, options);
    if (!(options.delayMs >= 0 && options.delayMs <= MAX_DELAY_MS)) {
      throw new RangeError(`RetryLaterError: delayMs is ${options.delayMs}, not between 0 and ${MAX_DELAY_MS}`);
    }
    this.delayMs = options.delayMs;
    Object.defineProperty(this, retryLaterBrand, { value: true });
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is RetryLaterError {
    return hasBrand(error, retryLaterBrand);
  }
}

function hasBrand(error: unknown, brand: symbol): boolean {
  return typeof error === "object" && error !== null && brand in error;
}
