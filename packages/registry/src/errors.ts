/**
 * What a registry refuses, by Confluent's numbers; its first three digits are the HTTP status. The package's README
 * explains each.
 */
export const ERROR_CODES = {
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  INCOMPATIBLE_SCHEMA: 409,
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  SUBJECT_NOT_FOUND: 40401,
  VERSION_NOT_FOUND: 40402,
  SCHEMA_NOT_FOUND: 40403,
  SUBJECT_SOFT_DELETED: 40404,
  SUBJECT_NOT_SOFT_DELETED: 40405,
  VERSION_SOFT_DELETED: 40406,
  VERSION_NOT_SOFT_DELETED: 40407,
  SUBJECT_COMPATIBILITY_NOT_SET: 40408,
  SUBJECT_MODE_NOT_SET: 40409,
  UNPROCESSABLE: 422,
  INVALID_SCHEMA: 42201,
  INVALID_VERSION: 42202,
  INVALID_COMPATIBILITY: 42203,
  INVALID_MODE: 42204,
  OPERATION_NOT_PERMITTED: 42205,
  REFERENCE_EXISTS: 42206,
  INTERNAL_ERROR: 500,
  STORE_ERROR: 50001,
  INVALID_SETTINGS: 0,
  CANNOT_START: 0,
} as const;

/** The names of the errors. `INVALID_SETTINGS` and `CANNOT_START` come from the start and have no HTTP status. */
export type RegistryErrorCode = keyof typeof ERROR_CODES;

const BRAND = Symbol.for("@waybill/registry/RegistryError");

/** The one error that this package throws. */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;
  readonly [BRAND] = true;

  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Whether an error is a RegistryError, of this or another copy of the package. */
  static is(error: unknown): error is RegistryError {
    return typeof error === "object" && error !== null && BRAND in error;
  }

  /** Confluent's `error_code`. */
  get number(): number {
    return ERROR_CODES[this.code];
  }

  /** The HTTP status: the number itself or its first three digits. */
  get status(): number {
    return this.number < 1000 ? this.number : Math.floor(this.number / 100);
  }
}
