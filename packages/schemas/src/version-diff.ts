import {
  checkCompatibility,
  type Incompatibility,
  normalForm,
  parseSchemaOrThrow,
  type RecordSchema,
  rootCauses,
  type SourcePosition,
} from "@waybill/avro";
import type { Location } from "./finding.ts";
import { jsonText } from "./json-text.ts";
import { type AttributeChange, diffRecords, type SchemaChange } from "./schema-diff.ts";

/** One of the two schemas that are compared. */
export interface DiffSide {
  /** `orders.order.placed v2`, or the path of a file. */
  readonly label: string;
  /** The path as the user would type it. */
  readonly file: string;
  /** The same for any file that the schema's positions name; a shared type has its own. Default: as they name it. */
  readonly pathOf?: (file: string) => string;
  readonly text: string;
  readonly record: RecordSchema;
}

/** Two schemas compared. */
export interface VersionDiff {
  readonly before: DiffSide;
  readonly after: DiffSide;
  /** Whether both say the same, docs and attributes included. */
  readonly identical: boolean;
  readonly changes: readonly SchemaChange[];
  /** Why the later schema cannot read what was written with the earlier one; empty when it can. */
  readonly backward: readonly Incompatibility[];
  /** Why the earlier schema cannot read what is written with the later one; empty when it can. */
  readonly forward: readonly Incompatibility[];
}

/** Compares two schemas, and has each read what the other writes by Avro's schema resolution. */
export function diffVersions(before: DiffSide, after: DiffSide): VersionDiff {
  return {
    before,
    after,
    // Worked out where it is asked for, as it parses both texts once more.
    get identical() {
      return normalFormOf(before) === normalFormOf(after);
    },
    changes: diffRecords(before.record, after.record),
    backward: reasonsOf(after.record, before.record),
    forward: reasonsOf(before.record, after.record),
  };
}

function normalFormOf(side: DiffSide): string {
  return normalForm(parseSchemaOrThrow(side.text, { lenient: true }));
}

function reasonsOf(reader: RecordSchema, writer: RecordSchema): readonly Incompatibility[] {
  return checkCompatibility(reader, writer).incompatibilities.flatMap((reason) => rootCauses(reason));
}

function placeIn(side: DiffSide, { file, line, column }: SourcePosition): Location {
  return { file: file === null ? side.file : (side.pathOf?.(file) ?? file), line, column };
}

/** The comparison as data. The shape is part of the CLI's contract: fields may be added, none removed. */
export function diffToJson({ before, after, identical, changes, backward, forward }: VersionDiff): object {
  const verdict = (
    reasons: readonly Incompatibility[],
    reader: DiffSide,
    writer: DiffSide,
    remedyOf: (reason: Incompatibility) => string,
  ) => ({
    compatible: reasons.length === 0,
    reasons: reasons.map((reason) => ({
      kind: reason.kind,
      path: reason.path,
      message: reason.message,
      remedy: remedyOf(reason),
      reader: placeIn(reader, reason.reader),
      writer: placeIn(writer, reason.writer),
    })),
  });
  return {
    before: { name: before.label, file: before.file, record: before.record.fullName },
    after: { name: after.label, file: after.file, record: after.record.fullName },
    identical,
    changes,
    compatibility: {
      backward: verdict(backward, after, before, ({ remedies }) => remedies.reader),
      forward: verdict(forward, before, after, ({ remedies }) => remedies.writer),
    },
  };
}

/** The comparison as people read it. */
export function formatDiff(diff: VersionDiff): string {
  const { before, after, changes } = diff;
  const lines = [`${before.label} -> ${after.label}`, "", ...formatChanges(diff)];
  const verdicts = [
    ...formatVerdict("backward", `${after.label} can read what ${before.label} wrote`, diff.backward, after, "reader"),
    ...formatVerdict("forward", `${before.label} can read what ${after.label} writes`, diff.forward, before, "writer"),
  ];
  const isNewGeneration = before.record.fullName !== after.record.fullName && changes.length > 0;
  const note = isNewGeneration
    ? ["", "The records have different names: two generations, with a registry subject and a consumer's upcaster each."]
    : [];
  return `${[...lines, "", ...verdicts, ...note].join("\n")}\n`;
}

function formatChanges({ identical, changes }: VersionDiff): readonly string[] {
  if (identical) return ["The schemas are the same."];
  if (changes.length === 0) return ["No field differs; the order of fields, or attributes of their types, do."];
  return changes.flatMap(formatChange);
}

const marks = { added: "+", removed: "-", changed: "~" } as const;

function formatChange({ kind, path, attributes }: SchemaChange): readonly string[] {
  const head = `${marks[kind]} ${path === "" ? "(the record)" : path}`;
  const width = Math.max(...attributes.map(({ attribute }) => attribute.length));
  return [head, ...attributes.flatMap((change) => formatAttribute(change, width))];
}

/** Columns that a change may take on one line. */
const width = 100;

function formatAttribute(change: AttributeChange, nameWidth: number): readonly string[] {
  const { attribute } = change;
  const sides = [change.before, change.after].map((value) =>
    typeof value === "string" && attribute !== "default" ? value : value === undefined ? null : jsonText(value),
  );
  const [before = null, after = null] = sides;
  const name = `    ${attribute.padEnd(nameWidth)}  `;
  if (!("before" in change)) return [`${name}${after}`];
  if (!("after" in change)) return [`${name}${before}`];
  const line = `${name}${before} -> ${after}`;
  return line.length <= width ? [line] : [`${name}${before}`, `${" ".repeat(name.length - 3)}-> ${after}`];
}

function formatVerdict(
  name: string,
  claim: string,
  reasons: readonly Incompatibility[],
  reader: DiffSide,
  later: "reader" | "writer",
): readonly string[] {
  if (reasons.length === 0) return [`${name.padEnd(8)}  yes: ${claim}`];
  const lines = reasons.map((reason) => {
    const where = reason.path === "" ? "" : `at ${reason.path}, `;
    const { file, line, column } = placeIn(reader, reason.reader);
    return `    ${file}:${line}:${column}: ${where}${reason.message}; ${reason.remedies[later]}`;
  });
  return [`${name.padEnd(8)}  no: ${claim.replace(" can read ", " cannot read ")}`, ...lines];
}
