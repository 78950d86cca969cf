import type { Issue } from "./event-descriptor.ts";

const encodeBrand = Symbol.for("@waybill/events/EncodeError");
const decodeBrand = Symbol.for("@waybill/events/DecodeError");

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

/** Bytes, headers or a pair of schemas that cannot be read. Reading them again gives the same error. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code = "BYTES_UNREADABLE";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    Object.defineProperty(this, decodeBrand, { value: true });
  }

  /** Holds across copies of this package, where `instanceof` does not. */
  static is(error: unknown): error is DecodeError {
    return typeof error === "object" && error !== null && decodeBrand in error;
  }
}
