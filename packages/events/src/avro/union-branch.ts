import type { AvroType, UnionType } from "./schema-type.ts";
import {
  fitsDecimal,
  fitsFixed,
  fitsInt,
  fitsUuid,
  hasTag,
  isBytes,
  isDate,
  isDecimal,
  isExactFloat,
  isPlainObject,
  isRecordObject,
  isSymbol,
} from "./value-tests.ts";

/** The JavaScript types by which a union's branches are told apart. */
export type ValueClass =
  | "null"
  | "boolean"
  | "number"
  | "bigint"
  | "string"
  | "date"
  | "decimal"
  | "bytes"
  | "array"
  | "object";

/** The JavaScript type of a type's values. A union within a union does not exist in Avro. */
export function valueClassOf(type: AvroType): ValueClass {
  switch (type.kind) {
    case "int":
    case "float":
    case "double":
      return "number";
    case "long":
      return type.timestamp === null ? "bigint" : "date";
    case "enum":
      return "string";
    case "bytes":
    case "fixed":
      if (type.decimal !== null) return "decimal";
      return type.kind === "fixed" && type.uuid ? "string" : "bytes";
    case "map":
    case "record":
    case "union":
      return "object";
    default:
      return type.kind;
  }
}

/** One branch, with its index in the schema, and whether it is the only one of its {@link ValueClass}. */
export interface BranchCandidate {
  readonly index: number;
  readonly type: AvroType;
  readonly isAlone: boolean;
}

/**
 * A union's branches in the order in which a value is tried on them: as in the schema, but null first and objects last, since a Date
 * is an object too, and maps behind records, since a record is an object with keys too. Where several branches share
 * a JavaScript type, the first that holds the value exactly takes it.
 */
export function branchCandidates({ branches }: UnionType): BranchCandidate[] {
  const classes = branches.map(valueClassOf);
  const ranks: Partial<Record<AvroType["kind"], number>> = { null: -1, record: 1, map: 2 };
  const rank = ({ type }: BranchCandidate) => ranks[type.kind] ?? 0;
  return branches
    .map((type, index) => ({
      index,
      type,
      isAlone: classes.filter((valueClass) => valueClass === classes[index]).length === 1,
    }))
    .toSorted((left, right) => rank(left) - rank(right));
}

/** A function that gives the index of the branch for a value, or -1. */
export function compileBranchChoice(union: UnionType): (value: unknown) => number {
  const tests = branchCandidates(union).map((candidate) => ({ index: candidate.index, takes: branchTest(candidate) }));
  return (value) => {
    for (const { index, takes } of tests) if (takes(value)) return index;
    return -1;
  };
}

function branchTest({ type, isAlone }: BranchCandidate): (value: unknown) => boolean {
  switch (valueClassOf(type)) {
    case "null":
      return (value) => value === null;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "bigint":
      return (value) => typeof value === "bigint";
    case "date":
      return isDate;
    case "array":
      return Array.isArray;
    case "number":
      return numberTest(type, isAlone);
    case "string":
      return stringTest(type, isAlone);
    case "decimal":
      return decimalTest(type, isAlone);
    case "bytes":
      return type.kind === "fixed" && !isAlone ? (value) => fitsFixed(value, type.size) : isBytes;
    case "object":
      return objectTest(type);
  }
}

function numberTest({ kind }: AvroType, isAlone: boolean): (value: unknown) => boolean {
  if (kind === "int" && !isAlone) return fitsInt;
  if (kind === "float" && !isAlone) return isExactFloat;
  return (value) => typeof value === "number";
}

function stringTest(type: AvroType, isAlone: boolean): (value: unknown) => boolean {
  if (type.kind === "enum" && !isAlone) return (value) => isSymbol(value, type.symbols);
  const isUuid = (type.kind === "string" || type.kind === "fixed") && type.uuid;
  return isUuid && !isAlone ? fitsUuid : (value) => typeof value === "string";
}

function decimalTest(type: AvroType, isAlone: boolean): (value: unknown) => boolean {
  const decimal = type.kind === "bytes" || type.kind === "fixed" ? type.decimal : null;
  if (isAlone || decimal === null) return isDecimal;
  return (value) => fitsDecimal(value, decimal.precision, decimal.scale);
}

function objectTest(type: AvroType): (value: unknown) => boolean {
  if (type.kind !== "record") return isPlainObject;
  const { tag } = type;
  return tag === null ? isRecordObject : (value) => hasTag(value, tag);
}
