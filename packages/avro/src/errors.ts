import { formatProblem, type SchemaProblem } from "./parse/problems.ts";

/** What an AvroError is about. `INVALID_SCHEMA`: a text that had to be a schema is none. */
export type AvroErrorCode = "INVALID_SCHEMA";

const BRAND = Symbol.for("@waybill/avro/AvroError");

/** The one error that this package throws. */
export class AvroError extends Error {
  override readonly name = "AvroError";
  readonly code: AvroErrorCode;
  /** What is wrong with the schema, errors and warnings. */
  readonly problems: readonly SchemaProblem[];
  readonly [BRAND] = true;

  private constructor(code: AvroErrorCode, message: string, problems: readonly SchemaProblem[]) {
    super(message);
    this.code = code;
    this.problems = problems;
  }

  /** Whether an error is an AvroError, of this or another copy of the package. */
  static is(error: unknown): error is AvroError {
    return typeof error === "object" && error !== null && BRAND in error;
  }

  static invalidSchema(problems: readonly SchemaProblem[]): AvroError {
    const lines = problems.filter(({ severity }) => severity === "error").map(formatProblem);
    return new AvroError("INVALID_SCHEMA", `the Avro schema is invalid:\n  ${lines.join("\n  ")}`, problems);
  }
}
