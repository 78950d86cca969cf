/** What went wrong; the package's README explains each. */
export type DevBrokerErrorCode =
  | "ADDRESS_IN_USE"
  | "ADDRESS_UNAVAILABLE"
  | "DATA_DIR_CORRUPT"
  | "DATA_DIR_IN_USE"
  | "DATA_DIR_UNUSABLE"
  | "INVALID_OPTION"
  | "MALFORMED_REQUEST"
  | "UNSUPPORTED_REQUEST";

const brand = Symbol.for("@waybill/dev-broker/DevBrokerError");

/** The `code` of a system error such as EADDRINUSE; "" of anything else. No `instanceof`: realms have classes of their own. */
export function systemCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

/** What an unknown error says for itself. */
export function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}

/**
 * Every failure that this package reports itself. MALFORMED_REQUEST and UNSUPPORTED_REQUEST reach only
 * `DevBrokerOptions.log`: they close the connection that sent the request, and nothing else.
 */
export class DevBrokerError extends Error {
  override readonly name = "DevBrokerError";
  readonly code: DevBrokerErrorCode;
  readonly [brand] = true;

  constructor(code: DevBrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** True for errors of this class, also when two copies of the package are loaded. */
  static is(error: unknown): error is DevBrokerError {
    return typeof error === "object" && error !== null && brand in error;
  }
}
