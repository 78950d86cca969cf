import type { SourcePosition } from "../source-position.ts";

/** What can be wrong with a schema text. The package's README explains each. */
export type ProblemCode =
  | "invalid-utf8"
  | "invalid-json"
  | "too-deep"
  | "duplicate-key"
  | "missing-attribute"
  | "invalid-attribute"
  | "overlooked-attribute"
  | "invalid-name"
  | "reserved-name"
  | "primitive-name"
  | "duplicate-name"
  | "unknown-type"
  | "duplicate-field"
  | "invalid-symbol"
  | "invalid-enum-default"
  | "invalid-size"
  | "invalid-union"
  | "empty-union"
  | "endless-record"
  | "invalid-default"
  | "endless-default"
  | "invalid-logical-type"
  | "unknown-logical-type"
  | "misplaced-logical-type"
  | "ambiguous-alias"
  | "null-namespace-reference";

/** One thing wrong in a schema text. An error makes the text unusable; a warning does not. */
export interface SchemaProblem {
  readonly code: ProblemCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly at: SourcePosition;
  /** Of an `unknown-type`: the full name that was looked for. */
  readonly name?: string;
}

/** A problem as one line: `file:line:column: message [code]`. */
export function formatProblem(problem: SchemaProblem): string {
  return `${problem.at.toString()}: ${problem.message} [${problem.code}]`;
}

/** Faults that the Avro specification tells readers to overlook, or that implementations differ on. */
const ALWAYS_WARNINGS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "empty-union",
  "endless-record",
  "invalid-logical-type",
  "unknown-logical-type",
  "misplaced-logical-type",
  "ambiguous-alias",
  "null-namespace-reference",
  "primitive-name",
]);

/** Faults that other implementations let pass, so that released schemas hold them; data is readable all the same. */
const LENIENT_WARNINGS: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "duplicate-key",
  "overlooked-attribute",
  "invalid-name",
  "duplicate-name",
  "invalid-symbol",
  "invalid-enum-default",
  "invalid-default",
]);

/** Gathers the problems of one text. */
export class ProblemList {
  readonly #lenient: boolean;
  readonly #problems: SchemaProblem[] = [];

  constructor(lenient: boolean) {
    this.#lenient = lenient;
  }

  add(code: ProblemCode, message: string, at: SourcePosition, name?: string): void {
    const tolerated = ALWAYS_WARNINGS.has(code) || (this.#lenient && LENIENT_WARNINGS.has(code));
    const severity = tolerated ? "warning" : "error";
    this.#problems.push({ code, severity, message, at, ...(name === undefined ? {} : { name }) });
  }

  get hasErrors(): boolean {
    return this.#problems.some((problem) => problem.severity === "error");
  }

  /** In the order of the text. */
  sorted(): readonly SchemaProblem[] {
    return this.#problems.toSorted((a, b) => a.at.offset - b.at.offset);
  }
}
