const brand = Symbol.for("@waybill/relay/RelayError");

/** What went wrong, for programs. The README's table says of each what to do. */
export type RelayErrorCode =
  | "BROKER_UNREACHABLE"
  | "CHECKS_FAILED"
  | "CURSORS_DISAGREE"
  | "CURSOR_FENCED"
  | "DATABASE_CHANGED"
  | "DATABASE_IS_STANDBY"
  | "DATABASE_UNREACHABLE"
  | "DEAD_LETTERS_REMAIN"
  | "EXACTLY_ONCE_IMPOSSIBLE"
  | "HTTP_PORT_UNAVAILABLE"
  | "MIGRATION_MISSING"
  | "REGISTRY_UNREACHABLE"
  | "REPLAY_STOPPED"
  | "SCHEMA_UNUSABLE"
  | "SETTINGS_INVALID"
  | "TOPICS_NOT_CREATED"
  | "TRANSACTION_FENCED"
  | "XIDS_WENT_BACK";

/**
 * The errors that a running relay does not ride out: waiting cannot cure them, and going on could lose events.
 * All others are retried once the relay has started.
 */
const refusals: ReadonlySet<RelayErrorCode> = new Set([
  "CURSORS_DISAGREE",
  "DATABASE_CHANGED",
  "EXACTLY_ONCE_IMPOSSIBLE",
  "MIGRATION_MISSING",
  "XIDS_WENT_BACK",
]);

/** Every error that this package throws on purpose: its message says what failed, on what, why, and what to do. */
export class RelayError extends Error {
  override readonly name = "RelayError";
  readonly code: RelayErrorCode;

  constructor(code: RelayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether the relay must stop rather than try again. */
  get isRefusal(): boolean {
    return refusals.has(this.code);
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is RelayError {
    return typeof error === "object" && error !== null && brand in error;
  }
}

/**
 * The message of any thrown value. An AggregateError, as a refused connection to `localhost` gives, has an empty message
 * of its own and tells in its parts. Looks at the shape, as errors come from other realms and copies, too.
 */
export function messageOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  if ("message" in error && typeof error.message === "string" && error.message !== "") return error.message;
  if ("errors" in error && Array.isArray(error.errors)) return error.errors.map(messageOf).join("; ");
  return "an error without a message";
}
