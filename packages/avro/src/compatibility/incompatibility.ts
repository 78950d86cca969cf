import type { SourcePosition } from "../source-position.ts";

/**
 * Apache's SchemaIncompatibilityType, and `AMBIGUOUS_ALIAS`, for which Apache throws: the reader's field finds more
 * than one field of the writer by its name and aliases.
 */
export type IncompatibilityKind =
  | "NAME_MISMATCH"
  | "FIXED_SIZE_MISMATCH"
  | "MISSING_ENUM_SYMBOLS"
  | "READER_FIELD_MISSING_DEFAULT_VALUE"
  | "TYPE_MISMATCH"
  | "MISSING_UNION_BRANCH"
  | "AMBIGUOUS_ALIAS";

/** Ways out of an incompatibility. A schema that is released already cannot take its own. */
export interface Remedies {
  /** What the reader's schema can do to read what is written already, such as `add a default`. */
  readonly reader: string;
  /** What the writer's schema can do to stay readable, such as `keep the field "total"`. */
  readonly writer: string;
}

/** One reason why a reader cannot read what a writer wrote. */
export interface Incompatibility {
  readonly kind: IncompatibilityKind;
  /** Where in the data, by the reader's names: `lines[].price`, `labels{}`; empty for the whole datum. */
  readonly path: string;
  /** What differs. */
  readonly message: string;
  /** What to do about it, by changing one of the two schemas. */
  readonly remedies: Remedies;
  readonly reader: SourcePosition;
  readonly writer: SourcePosition;
  /** For a union, why its closest branch fails, with paths that start at this one's; else empty. */
  readonly causes: readonly Incompatibility[];
}

/**
 * What has to change: the causes beneath a union's failure, down to those that are no union's failure themselves, with
 * their paths from the root of the datum.
 *
 * @param limit how many to return at most; hostile schemas have more than can be listed. Default: 100.
 */
export function rootCauses(incompatibility: Incompatibility, limit = 100): readonly Incompatibility[] {
  const found: Incompatibility[] = [];
  const descend = (cause: Incompatibility, base: string): void => {
    if (found.length >= limit) return;
    const path = joinPath(base, cause.path);
    if (cause.causes.length === 0) found.push({ ...cause, path });
    else for (const next of cause.causes) descend(next, path);
  };
  descend(incompatibility, "");
  return found;
}

/** Appends a path, or a step such as `.price` or `[]`, to the path that it starts from. */
export function joinPath(base: string, path: string): string {
  if (base === "") return path.startsWith(".") ? path.slice(1) : path;
  return path === "" || path.startsWith(".") || path.startsWith("[") || path.startsWith("{")
    ? `${base}${path}`
    : `${base}.${path}`;
}

/** A reason on one line: kind, path, message with what the reader can do, and both places. */
export function formatIncompatibility(incompatibility: Incompatibility): string {
  const { kind, path, message, remedies, reader, writer } = incompatibility;
  const where = path === "" ? "" : ` at ${path}`;
  return `${kind}${where}: ${message}; ${remedies.reader} (reader ${reader.toString()}, writer ${writer.toString()})`;
}

/** A cause within the message of a union's failure. */
export function formatCause({ path, message }: Incompatibility): string {
  return path === "" ? message : `at ${path}, ${message}`;
}
