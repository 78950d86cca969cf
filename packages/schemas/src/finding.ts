import type { LintRuleId } from "./lint/rule-ids.ts";

/** Only errors make `schemas check` and `schemas lint` fail. */
export type Severity = "error" | "warning" | "note";

/** A place in a file. Lines and columns count from 1; columns count UTF-16 code units, as editors do. */
export interface Location {
  /** Path relative to the schema tree, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The rules of `schemas check`; the README explains each. */
export const rules = [
  "parse",
  "avro",
  "file-unknown",
  "event-name",
  "event-unknown",
  "contract-invalid",
  "contract-unknown",
  "version-gap",
  "type-name",
  "import-invalid",
  "import-missing",
  "import-unused",
  "import-cycle",
  "import-conflict",
  "record-required",
  "record-name",
  "generation-name",
  "key-field",
  "key-moved",
  "key-narrowed",
  "topic-moved",
  "incompatible",
  "consumers-first",
  "logical-scale",
  "logical-unit",
  "logical-precision",
  "logical-type",
  "default-changed",
  "enum-default-changed",
  "source-renamed",
  "source-removed",
  "source-type",
  "source-union",
  "source-nullable",
  "source-required",
  "source-enum",
  "released-edited",
  "released-removed",
  "unreleased",
  "waiver-expired",
  "waiver-unused",
] as const;

/** What a finding is about. */
export type Rule = (typeof rules)[number];

/** One thing that `schemas check` or `schemas lint` has to say about one place. */
export interface Finding extends Location {
  readonly rule: Rule | LintRuleId;
  readonly severity: Severity;
  /** What is wrong, on which thing. */
  readonly message: string;
  /** What to do about it. */
  readonly help?: string;
  /** The version that a break of compatibility or of a release is about, and the field's path where it has one. */
  readonly about?: {
    readonly event: string;
    readonly version: number;
    readonly field?: string;
    /** Of a break: the versions whose readers fail. */
    readonly readers?: readonly number[];
  };
  /** The services that a break or change hurts, by their contracts. Absent where contracts cannot tell. */
  readonly hurts?: readonly HurtService[];
  /** The waiver that lets it pass as a note: why, who answers for it, and the last day that it holds. */
  readonly waived?: { readonly reason: string; readonly owner: string; readonly expires: string };
  /** Another place that has part in it, such as the other side of an incompatibility. */
  readonly related?: Location & { readonly message: string };
}

/** A place in a schema: in the file that it was read from, which is that of a shared type where one is imported. */
export function locationOf(
  file: string,
  at: { readonly line: number; readonly column: number; readonly file?: string | null },
): Location {
  return { file: at.file ?? file, line: at.line, column: at.column };
}

/** A service that reads what a finding is about. */
export interface HurtService {
  readonly service: string;
  readonly owner: string;
  /** The fields in its contract that the finding touches; absent when it reads all of the event. */
  readonly fields?: readonly string[];
}

/** The start of a file: where a finding about the file as a whole points. */
export function startOf(file: string): Location {
  return { file, line: 1, column: 1 };
}

/** By file, then place, so that output is the same on every machine. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      compareFiles(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.message, b.message),
  );
}

/** Counts of each severity. */
export function countFindings(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}

const fileCollator = new Intl.Collator("en", { numeric: true });

/** Puts v2.avsc before v10.avsc. */
export function compareFiles(a: string, b: string): number {
  return fileCollator.compare(a, b) || compareText(a, b);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
