/** What can go wrong, for programs; the README lists what to do about each. */
export const schemasErrorCodes = [
  "usage",
  "tree-not-found",
  "file-unreadable",
  "file-unwritable",
  "file-exists",
  "event-not-found",
  "consumer-not-found",
  "config-invalid",
  "lock-invalid",
  "contract-invalid",
  "schema-invalid",
  "baseline-unreachable",
  "message-unreadable",
  "registry-unreachable",
  "registry-refused",
  "registry-not-a-registry",
  "registry-incompatible",
  "registry-altered-schema",
] as const;

/** The code of a SchemasError. */
export type SchemasErrorCode = (typeof schemasErrorCodes)[number];

const brand = Symbol.for("@waybill/schemas/SchemasError");

/**
 * Bad usage, unusable input or a registry that does not play along: the caller can act on it. What is wrong with the
 * schemas themselves is no error but a finding.
 */
export class SchemasError extends Error {
  override readonly name = "SchemasError";
  readonly [brand] = true;
  readonly code: SchemasErrorCode;

  constructor(code: SchemasErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether a value is a SchemasError, also one of another copy of this package. */
  static is(error: unknown): error is SchemasError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
