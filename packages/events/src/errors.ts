import type { Issue } from "./event-descriptor.ts";

const encodeBrand = Symbol.for("@waybill/events/EncodeError");
const decodeBrand = Symbol.for("@waybill/events/DecodeError");
const upcastBrand = Symbol.for("@waybill/events/UpcastError");

/** A value does not fit its schema. Thrown in the transaction that made it; nothing has been written. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
  readonly code = "VALUE_INVALID";
  /** Every wrong field with its path. */
  readonly issues: readonly Issue[];

  constructor(subject: string, issues: readonly Issue[]) {
    const list = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
    super(`${subject} does not fit its schema: ${list.join("; ")}`);
    this.issues = issues;
    Object.defineProperty(this, encodeBrand, { value: true });
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is EncodeError {
    return typeof error === "object" && error !== null && encodeBrand in error;
  }
}

/**
 * - `BYTES_UNREADABLE`: the message's bytes or headers are cut short, corrupt, or not of this schema;
 * - `SCHEMA_UNREADABLE`: a schema's text is not an Avro schema;
 * - `SCHEMAS_UNRESOLVABLE`: both schemas are fine, but Avro's resolution has no way from the writer's to the reader's.
 */
export type DecodeErrorCode = "BYTES_UNREADABLE" | "SCHEMA_UNREADABLE" | "SCHEMAS_UNRESOLVABLE";

/** Options of {@link DecodeError}. */
export interface DecodeErrorOptions extends ErrorOptions {
  /** Default `BYTES_UNREADABLE`. */
  readonly code?: DecodeErrorCode;
  /** The byte at which reading stopped, counted from 0 in the bytes given. */
  readonly position?: number;
}

/** Bytes, headers or a pair of schemas that cannot be read. Reading them again gives the same error. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code: DecodeErrorCode;
  /** The byte at which reading stopped, counted from 0; null when the fault has no single byte. */
  readonly position: number | null;

  constructor(message: string, options: DecodeErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.code = options.code ?? "BYTES_UNREADABLE";
    this.position = options.position ?? null;
    Object.defineProperty(this, decodeBrand, { value: true });
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is DecodeError {
    return typeof error === "object" && error !== null && decodeBrand in error;
  }
}

/**
 * - `UPCASTER_FAILED`: a step threw, or returned no data;
 * - `UPCASTER_MISSING`: an earlier generation has no step to the next;
 * - `VERSION_UNKNOWN`: the event's version ends none of the generations that the descriptor knows.
 */
export type UpcastErrorCode = "UPCASTER_FAILED" | "UPCASTER_MISSING" | "VERSION_UNKNOWN";

/** Which step, and what it threw. */
export interface UpcastErrorOptions extends ErrorOptions {
  readonly from: number;
  readonly to: number;
}

/** An event of an earlier generation cannot become one of the newest. Trying again gives the same error. */
export class UpcastError extends Error {
  override readonly name = "UpcastError";
  readonly code: UpcastErrorCode;
  /** The version that the step begins with. */
  readonly from: number;
  /** The version that the step leads to. */
  readonly to: number;

  constructor(code: UpcastErrorCode, message: string, options: UpcastErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.code = code;
    this.from = options.from;
    this.to = options.to;
    Object.defineProperty(this, upcastBrand, { value: true });
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is UpcastError {
    return typeof error === "object" && error !== null && upcastBrand in error;
  }
}
