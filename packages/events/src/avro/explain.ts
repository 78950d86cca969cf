import type { Issue } from "../event-descriptor.ts";
import { MAX_NESTING, MAX_ZERO_WIDTH_ITEMS } from "./limits.ts";
import { type AvroType, type DecimalType, describeType, isZeroWidth, type UnionType } from "./schema-type.ts";
import { compileBranchChoice } from "./union-branch.ts";
import {
  countDigits,
  describeValue,
  fieldValue,
  fitsDate,
  fitsFixed,
  fitsFloat,
  fitsInt,
  fitsLong,
  fitsString,
  fitsUuid,
  isBytes,
  isDecimal,
  isPlainObject,
  isRecordObject,
} from "./value-tests.ts";

/** More wrong fields than this are not listed. */
const MAX_ISSUES = 100;
/** Longer map keys are cut in paths. */
const MAX_KEY_LENGTH = 40;

interface Report {
  readonly issues: Issue[];
  nesting: number;
  zeroWidthItems: number;
}

/**
 * Everything that is wrong with a value, with the path of each fault; at most 100. Empty exactly when a writer of the
 * type takes the value. Slow: it is for values that a writer has refused.
 */
export function explainValue(type: AvroType, value: unknown): readonly Issue[] {
  const report: Report = { issues: [], nesting: 0, zeroWidthItems: 0 };
  visit(type, value, "", report);
  return report.issues;
}

function visit(type: AvroType, value: unknown, path: string, report: Report): void {
  if (report.issues.length >= MAX_ISSUES) return;
  switch (type.kind) {
    case "array":
      return visitArray(type.items, value, path, report);
    case "map":
      return visitMap(type.values, value, path, report);
    case "union":
      return visitUnion(type, value, path, report);
    case "record":
      return visitRecord(type, value, path, report);
    default: {
      const message = faultOf(type, value);
      if (message !== null) report.issues.push({ path, message });
    }
  }
}

type Leaf = Exclude<AvroType, { kind: "array" | "map" | "union" | "record" }>;

function faultOf(type: Leaf, value: unknown): string | null {
  switch (type.kind) {
    case "null":
      return value === null ? null : expected(type, value);
    case "boolean":
      return typeof value === "boolean" ? null : expected(type, value);
    case "int":
      return fitsInt(value) ? null : expected(type, value);
    case "float":
      return fitsFloat(value) ? null : expected(type, value);
    case "double":
      return typeof value === "number" ? null : expected(type, value);
    case "long":
      return (type.timestamp === null ? fitsLong(value) : fitsDate(value)) ? null : expected(type, value);
    case "string":
      return type.uuid ? uuidFault(type, value) : stringFault(type, value);
    case "bytes":
      if (type.decimal !== null) return decimalFault(type, type.decimal, value);
      return isBytes(value) ? null : expected(type, value);
    case "fixed":
      if (type.uuid) return uuidFault(type, value);
      if (type.decimal !== null) return decimalFault(type, type.decimal, value);
      return fitsFixed(value, type.size) ? null : expected(type, value);
    case "enum":
      return (type.symbols as readonly unknown[]).includes(value) ? null : expected(type, value);
  }
}

function expected(type: AvroType, value: unknown): string {
  const described = describeValue(value);
  // A value of the right type that is wrong all the same, as 1.5 for an int.
  const isNear = typeofValues(type) === described;
  return `expected ${describeType(type)}, got ${isNear ? `another ${described}` : described}`;
}

/** What `typeof` says of a type's values; null where it says nothing of use. */
function typeofValues(type: AvroType): string | null {
  if (type.kind === "int" || type.kind === "float") return "number";
  if (type.kind === "long" && type.timestamp === null) return "bigint";
  const isText = type.kind === "string" || type.kind === "enum" || (type.kind === "fixed" && type.uuid);
  return isText ? "string" : null;
}

function stringFault(type: AvroType, value: unknown): string | null {
  if (typeof value !== "string") return expected(type, value);
  return fitsString(value) ? null : "expected text that UTF-8 can carry, got lone surrogates";
}

function uuidFault(type: AvroType, value: unknown): string | null {
  return fitsUuid(value) ? null : expected(type, value);
}

function decimalFault(type: AvroType, { precision, scale }: DecimalType, value: unknown): string | null {
  if (!isDecimal(value) || value.scale !== scale) return expected(type, value);
  const digits = countDigits(value.unscaled);
  return digits <= precision ? null : `expected a Decimal of at most ${precision} digits, got one of ${digits}`;
}

function visitArray(items: AvroType, value: unknown, path: string, report: Report): void {
  if (!Array.isArray(value)) return fail({ kind: "array", items }, value, path, report);
  if (isZeroWidth(items)) {
    report.zeroWidthItems += value.length;
    if (report.zeroWidthItems > MAX_ZERO_WIDTH_ITEMS) {
      report.issues.push({ path, message: `more than ${MAX_ZERO_WIDTH_ITEMS} array items that take no bytes` });
      return;
    }
  }
  for (let i = 0; i < value.length && report.issues.length < MAX_ISSUES; i++) {
    visit(items, value[i], `${path}[${i}]`, report);
  }
}

function visitMap(values: AvroType, value: unknown, path: string, report: Report): void {
  if (!isPlainObject(value)) return fail({ kind: "map", values }, value, path, report);
  for (const key of Object.keys(value)) {
    if (report.issues.length >= MAX_ISSUES) return;
    const shown = key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;
    const entryPath = `${path}[${JSON.stringify(shown)}]`;
    if (!key.isWellFormed()) report.issues.push({ path: entryPath, message: "the key holds lone surrogates" });
    visit(values, value[key], entryPath, report);
  }
}

function visitUnion(type: UnionType, value: unknown, path: string, report: Report): void {
  const branch = type.branches[compileBranchChoice(type)(value)];
  if (branch !== undefined) return visit(branch, value, path, report);
  const tags = type.branches.flatMap((candidate) => (candidate.kind === "record" ? (candidate.tag ?? []) : []));
  if (tags.length > 0 && isRecordObject(value) && describeValue(value) === "object") {
    const message = `expected one of ${tags.join(", ")}, got ${"$type" in value ? "another value" : "undefined"}`;
    report.issues.push({ path: path === "" ? "$type" : `${path}.$type`, message });
    return;
  }
  fail(type, value, path, report);
}

function visitRecord(type: AvroType & { kind: "record" }, value: unknown, path: string, report: Report): void {
  if (!isRecordObject(value)) return fail(type, value, path, report);
  if (type.recursive && report.nesting >= MAX_NESTING) {
    report.issues.push({ path, message: `records are nested deeper than ${MAX_NESTING} levels` });
    return;
  }
  if (type.recursive) report.nesting++;
  for (const field of type.fields) {
    visit(field.type, fieldValue(value, field.name), path === "" ? field.name : `${path}.${field.name}`, report);
  }
  if (type.recursive) report.nesting--;
}

function fail(type: AvroType, value: unknown, path: string, report: Report): void {
  report.issues.push({ path, message: expected(type, value) });
}
