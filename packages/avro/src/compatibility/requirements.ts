import {
  describeSchema,
  isPrimitiveType,
  type NamedSchema,
  type RecordField,
  type RecordSchema,
  type Schema,
} from "../model/schema.ts";
import type { SourcePosition } from "../source-position.ts";
import type { IncompatibilityKind, Remedies } from "./incompatibility.ts";

/**
 * What must hold for a reader's schema to read a writer's: all of the checks, or any one. Splitting a pair is pure and
 * looks one level deep; the checker follows the parts.
 */
export interface Requirements {
  /** `any` for a reader's union, one branch of which suffices. */
  readonly rule: "all" | "any";
  /** A conflict is a check that has failed. */
  readonly checks: readonly (Conflict | Part)[];
}

/** A pair of schemas beneath this one that must be compatible. */
export interface Part {
  readonly reader: Schema;
  readonly writer: Schema;
  /** The step of the data path that leads to it: `.price`, `[]`, `{}`, or empty. */
  readonly step: string;
  /** Where the types are used, when that may be elsewhere than where they are defined. */
  readonly uses?: { readonly reader: SourcePosition; readonly writer: SourcePosition };
}

/** Something that is wrong with the pair itself. */
export interface Conflict {
  readonly kind: IncompatibilityKind;
  readonly step: string;
  readonly message: string;
  readonly remedies: Remedies;
  /** Whether the types themselves do not fit, so that their uses are to be changed and not their definitions. */
  readonly isAboutUse: boolean;
  readonly readerAt: SourcePosition;
  readonly writerAt: SourcePosition;
}

/** What each type reads beside itself. */
const PROMOTIONS: Readonly<Partial<Record<Schema["type"], readonly Schema["type"][]>>> = {
  long: ["int"],
  float: ["int", "long"],
  double: ["int", "long", "float"],
  bytes: ["string"],
  string: ["bytes"],
};

/** Splits a pair by the rules of Avro's schema resolution, as Apache's SchemaCompatibility applies them. */
export function requirementsOf(reader: Schema, writer: Schema): Requirements {
  if (writer.type === "union") {
    return all(writer.branches.map((branch): Part => ({ reader, writer: branch, step: "" })));
  }
  switch (reader.type) {
    case "union":
      return { rule: "any", checks: reader.branches.map((branch) => ({ reader: branch, writer, step: "" })) };
    case "record":
      if (writer.type === "record") return all([...nameConflicts(reader, writer), ...fieldChecks(reader, writer)]);
      break;
    case "enum":
      if (writer.type === "enum") {
        return all([
          ...nameConflicts(reader, writer),
          ...symbolConflicts(reader, reader.symbols, reader.default, writer, writer.symbols),
        ]);
      }
      break;
    case "fixed":
      if (writer.type === "fixed") {
        return all([...nameConflicts(reader, writer), ...sizeConflicts(reader, reader.size, writer, writer.size)]);
      }
      break;
    case "array":
      if (writer.type === "array") return all([{ reader: reader.items, writer: writer.items, step: "[]" }]);
      break;
    case "map":
      if (writer.type === "map") return all([{ reader: reader.values, writer: writer.values, step: "{}" }]);
      break;
    default:
      if (reader.type === writer.type || PROMOTIONS[reader.type]?.includes(writer.type)) return all([]);
  }
  return all([typeConflict(reader, writer)]);
}

/**
 * The verdict on a pair whose types alone decide it, unions of such types included, or null. Most pairs are such:
 * without this a check of a record of 20 nullable fields takes five times as long.
 */
export function verdictByType(reader: Schema, writer: Schema): boolean | null {
  if (reader.type === "union" && writer.type === "union" && areAlike(reader.branches, writer.branches)) return true;
  if (writer.type === "union") return verdictOfUnion(writer.branches, (branch) => verdictByType(reader, branch), false);
  if (reader.type === "union") return verdictOfUnion(reader.branches, (branch) => verdictByType(branch, writer), true);
  if (reader.type !== writer.type) return PROMOTIONS[reader.type]?.includes(writer.type) ?? false;
  return isPrimitiveType(reader.type) ? true : null;
}

/** Whether two unions have the same primitive branches in the same order, as those of unchanged fields have. */
function areAlike(reader: readonly Schema[], writer: readonly Schema[]): boolean {
  if (reader.length !== writer.length || reader.length === 0) return false;
  for (const [index, branch] of reader.entries()) {
    if (branch.type !== writer[index]?.type || !isPrimitiveType(branch.type)) return false;
  }
  return true;
}

/** One branch with the decisive verdict decides, provided that types decide every other branch too. */
function verdictOfUnion(
  branches: readonly Schema[],
  verdictOf: (branch: Schema) => boolean | null,
  decisive: boolean,
): boolean | null {
  let verdict = !decisive;
  for (const branch of branches) {
    const one = verdictOf(branch);
    if (one === null) return null;
    if (one === decisive) verdict = decisive;
  }
  return verdict;
}

/** Names match when their last parts are equal, or when the reader's type has the writer's full name as an alias. */
export function namesMatch(reader: NamedSchema, writer: NamedSchema): boolean {
  return reader.name === writer.name || reader.aliases.includes(writer.fullName);
}

function all(checks: readonly (Conflict | Part)[]): Requirements {
  return { rule: "all", checks };
}

function typeConflict(reader: Schema, writer: Schema): Conflict {
  const [read, written] = [describeSchema(reader), describeSchema(writer)];
  const message = `the reader expects ${read}, the writer wrote ${written}`;
  const remedies =
    writer.type === "null"
      ? { reader: "keep it nullable", writer: "keep null out of it" }
      : {
          reader: `keep ${written}, and give ${read} a field of its own`,
          writer: `keep ${read}, and give ${written} a field of its own`,
        };
  const places = { readerAt: reader.at, writerAt: writer.at };
  return { kind: "TYPE_MISMATCH", step: "", message, remedies, isAboutUse: true, ...places };
}

function nameConflicts(reader: NamedSchema, writer: NamedSchema): readonly Conflict[] {
  if (namesMatch(reader, writer)) return [];
  const message = `the reader expects ${describeSchema(reader)}, the writer wrote ${describeSchema(writer)}`;
  const remedies = {
    reader: `keep the name, or give ${reader.fullName} the alias "${writer.fullName}"`,
    writer: `keep the name ${reader.fullName}`,
  };
  return [conflictOf("NAME_MISMATCH", reader, writer, message, remedies)];
}

function sizeConflicts(
  reader: NamedSchema,
  readerSize: number,
  writer: NamedSchema,
  writerSize: number,
): readonly Conflict[] {
  if (readerSize === writerSize) return [];
  const message = `the reader's ${describeSchema(reader)} has ${readerSize} bytes, the writer's ${writerSize}`;
  const remedies = { reader: `keep the size ${writerSize}`, writer: `keep the size ${readerSize}` };
  return [conflictOf("FIXED_SIZE_MISMATCH", reader, writer, message, remedies)];
}

function symbolConflicts(
  reader: NamedSchema,
  readerSymbols: readonly string[],
  fallback: string | null,
  writer: NamedSchema,
  writerSymbols: readonly string[],
): readonly Conflict[] {
  if (fallback !== null && readerSymbols.includes(fallback)) return [];
  const known = new Set(readerSymbols);
  const missing = writerSymbols.filter((symbol) => !known.has(symbol));
  if (missing.length === 0) return [];
  const message = `the reader's ${describeSchema(reader)} lacks the writer's ${missing.join(", ")}`;
  const remedies = {
    reader: 'add what is missing, or a "default" symbol',
    writer: `leave ${missing.join(", ")} out, as the reader's enum has no "default" symbol`,
  };
  return [conflictOf("MISSING_ENUM_SYMBOLS", reader, writer, message, remedies)];
}

/** Something that is wrong with two definitions. */
function conflictOf(
  kind: IncompatibilityKind,
  reader: NamedSchema,
  writer: NamedSchema,
  message: string,
  remedies: Remedies,
): Conflict {
  return { kind, step: "", message, remedies, isAboutUse: false, readerAt: reader.at, writerAt: writer.at };
}

/** Each of the reader's fields must come from the writer or from its own default. Left out is what types alone settle. */
function fieldChecks(reader: RecordSchema, writer: RecordSchema): readonly (Conflict | Part)[] {
  let byName: ReadonlyMap<string, RecordField> | null = null;
  let unread: UnreadFields | null = null;
  const checks: (Conflict | Part)[] = [];
  for (const [index, field] of reader.fields.entries()) {
    let source = alignedSource(field, writer, index);
    if (source === undefined) {
      byName ??= fieldsByName(writer);
      const sources = sourcesOf(field, byName);
      source = sources[0];
      if (sources.length > 1) {
        checks.push(fieldConflict(field, writer, ambiguousAlias(field, sources)));
        continue;
      }
    }
    if (source === undefined) {
      if (field.default !== null) continue;
      unread ??= unreadFields(reader, writer);
      checks.push(fieldConflict(field, writer, missingField(field, writer, unread)));
    } else if (verdictByType(field.type, source.type) !== true) {
      const uses = { reader: field.typeAt, writer: source.typeAt };
      checks.push({ reader: field.type, writer: source.type, step: `.${field.name}`, uses });
    }
  }
  return checks;
}

/**
 * The writer's field in the same place, where it is the one that the reader's field stands for by its name alone.
 * Versions mostly keep the order of fields, so that the writer's names need not be indexed for most pairs.
 */
export function alignedSource(field: RecordField, writer: RecordSchema, index: number): RecordField | undefined {
  const source = writer.fields[index];
  return field.aliases.length === 0 && source?.name === field.name ? source : undefined;
}

/** The fields of a record, for {@link sourcesOf}. */
export function fieldsByName({ fields }: RecordSchema): ReadonlyMap<string, RecordField> {
  return new Map(fields.map((field) => [field.name, field]));
}

/** The fields of the writer that a field of the reader finds by its name and aliases; Avro resolves only one. */
export function sourcesOf(field: RecordField, byName: ReadonlyMap<string, RecordField>): readonly RecordField[] {
  const found = byName.get(field.name);
  if (field.aliases.length === 0) return found === undefined ? [] : [found];
  const names = new Set([field.name, ...field.aliases]);
  return [...names].map((name) => byName.get(name)).filter((source) => source !== undefined);
}

type FieldFault = Pick<Conflict, "kind" | "message" | "remedies">;

function fieldConflict(field: RecordField, writer: RecordSchema, fault: FieldFault): Conflict {
  return { ...fault, step: `.${field.name}`, isAboutUse: false, readerAt: field.at, writerAt: writer.at };
}

function ambiguousAlias(field: RecordField, sources: readonly RecordField[]): FieldFault {
  const names = sources.map(({ name }) => `"${name}"`).join(" and ");
  const message = `the reader's field "${field.name}" stands by name and alias for the writer's fields ${names}`;
  const remedies = { reader: "remove an alias", writer: `have only one of the fields ${names}` };
  return { kind: "AMBIGUOUS_ALIAS", message, remedies };
}

/**
 * Apache compares an enum that has a default symbol of its own with the writer's whole record, so it says
 * TYPE_MISMATCH where every other type says READER_FIELD_MISSING_DEFAULT_VALUE.
 */
function missingField(field: RecordField, writer: RecordSchema, unread: UnreadFields): FieldFault {
  const enumDefault = field.type.type === "enum" && field.type.default !== null;
  const note = enumDefault
    ? " (the default symbol of an enum stands for unknown symbols, not for a missing field)"
    : "";
  const message = `the reader's field "${field.name}" has no default and the writer's ${describeSchema(writer)} lacks it${note}`;
  const renamed = unread.get(typeLabel(field.type)) ?? [];
  const alias = renamed.length === 0 ? "" : `, or the alias ${renamed.join(" or ")} if it was renamed`;
  const remedies = { reader: `add a default${alias}`, writer: `keep the field "${field.name}"` };
  return { kind: enumDefault ? "TYPE_MISMATCH" : "READER_FIELD_MISSING_DEFAULT_VALUE", message, remedies };
}

/** The names, quoted, of the writer's fields that nobody reads, by their types: what a new field might have been. */
type UnreadFields = ReadonlyMap<string, readonly string[]>;

const MAX_FORMER_NAMES = 3;

/** Made once for a pair of records: for each missing field anew it would take the square of their size. */
function unreadFields(reader: RecordSchema, writer: RecordSchema): UnreadFields {
  const read = new Set(reader.fields.flatMap(({ name, aliases }) => [name, ...aliases]));
  const unread = new Map<string, string[]>();
  for (const { name, type } of writer.fields) {
    if (read.has(name)) continue;
    const label = typeLabel(type);
    const names = unread.get(label);
    if (names === undefined) unread.set(label, [`"${name}"`]);
    else if (names.length < MAX_FORMER_NAMES) names.push(`"${name}"`);
  }
  return unread;
}

function typeLabel(type: Schema): string {
  return type.logicalType === null ? describeSchema(type) : `${describeSchema(type)} ${type.logicalType.name}`;
}
