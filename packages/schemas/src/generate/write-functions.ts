import {
  type ArrayType,
  type AvroType,
  type BranchCandidate,
  branchCandidates,
  type BytesType,
  type FixedType,
  isZeroWidth,
  type MapType,
  type RecordType,
  type UnionType,
  valueClassOf,
} from "@waybill/events/codegen/model";
import type { ModuleWriter } from "./module-writer.ts";
import type { VersionTypes } from "./ts-types.ts";
import { quote } from "./source-text.ts";
import { labelOf, signatureOf } from "./type-labels.ts";

/** Writes the functions that write the values of one version: one for each record, array, map and union. */
export class WriteFunctions {
  private readonly module: ModuleWriter;
  private readonly types: VersionTypes;
  /** Names of the functions by the signature of their type. */
  private readonly functions = new Map<string, string>();

  constructor(module: ModuleWriter, types: VersionTypes) {
    this.module = module;
    this.types = types;
  }

  /** The name of the function for a record, array, map or union; declares it when it is asked for first. */
  functionFor(type: RecordType | ArrayType | MapType | UnionType): string {
    const signature = signatureOf(type, this.types);
    const known = this.functions.get(signature);
    if (known !== undefined) return known;
    const name = this.module.names.claim(`write${labelOf(type, this.types)}`);
    this.functions.set(signature, name);
    const declare = this.module.reserve();
    const body = this.bodyFor(type);
    const out = this.module.useType("AvroOutput");
    // The writer of an empty record writes nothing; an underscore says so to compilers that mind.
    const outName = body.some((line) => line.includes("(out")) ? "out" : "_out";
    const parameters = `${outName}: ${out}, value: ${this.types.expressionOf(type)}`;
    declare(`function ${name}(${parameters}): void {\n${body.map((line) => `  ${line}\n`).join("")}}`);
    return name;
  }

  private bodyFor(type: RecordType | ArrayType | MapType | UnionType): string[] {
    switch (type.kind) {
      case "record":
        return this.recordBody(type);
      case "array":
        return this.arrayBody(type);
      case "map":
        return this.mapBody(type);
      case "union":
        return this.unionBody(type);
    }
  }

  private recordBody(type: RecordType): string[] {
    const use = (helper: string) => this.module.use(helper);
    const fields = type.fields.map((field) => {
      if (field.name !== "__proto__") return this.statement(field.type, `value.${field.name}`);
      return this.statement(
        field.type,
        `${use("fieldValue")}(value, "__proto__") as ${this.types.expressionOf(field.type)}`,
      );
    });
    const check = `${use("checkRecord")}(value);`;
    if (!type.recursive) return [check, ...fields];
    return [check, `${use("enterRecord")}(out);`, ...fields, `${use("leaveRecord")}(out);`];
  }

  private arrayBody({ items }: ArrayType): string[] {
    const start = this.module.use(isZeroWidth(items) ? "writeZeroWidthStart" : "writeArrayStart");
    return [
      `const length = ${start}(out, value);`,
      `for (let i = 0; i < length; i++) ${this.statement(items, "value[i]!")}`,
      `${this.module.use("writeEnd")}(out);`,
    ];
  }

  private mapBody({ values }: MapType): string[] {
    return [
      `for (const key of ${this.module.use("writeMapStart")}(out, value)) {`,
      `  ${this.module.use("writeString")}(out, key);`,
      `  ${this.statement(values, "value[key]!")}`,
      "}",
      `${this.module.use("writeEnd")}(out);`,
    ];
  }

  private unionBody(type: UnionType): string[] {
    const candidates = branchCandidates(type);
    const [first, second] = candidates;
    if (candidates.length === 2 && first?.type.kind === "null" && second !== undefined) {
      // Null or else one type, whose own function checks the value.
      return ["if (value === null) {", ...this.branchLines(first), "} else {", ...this.branchLines(second), "}"];
    }
    const refusal = `${this.module.use("invalid")}();`;
    if (first === undefined) return [refusal];
    const cases = candidates.flatMap((candidate, position) => [
      `${position === 0 ? "" : "} else "}if (${this.branchTest(candidate)}) {`,
      ...this.branchLines(candidate, candidates),
    ]);
    return [...cases, "} else {", `  ${refusal}`, "}"];
  }

  private branchLines(branch: BranchCandidate, all: readonly BranchCandidate[] = []): string[] {
    const index = `  ${this.module.use("writeBranch")}(out, ${branch.index});`;
    return branch.type.kind === "null"
      ? [index]
      : [index, `  ${this.statement(branch.type, this.narrowed(branch, all))}`];
  }

  /**
   * TypeScript cannot tell a tagged record from a map, which may have any key; nor does an array's test tell it the
   * items beside a record without fields, which any array is by its type.
   */
  private narrowed({ type }: BranchCandidate, all: readonly BranchCandidate[]): string {
    const isBeside = (test: (other: AvroType) => boolean) => all.some((other) => test(other.type));
    const isUntold =
      (type.kind === "record" && isBeside((other) => other.kind === "map")) ||
      (type.kind === "array" && isBeside((other) => other.kind === "record" && other.fields.length === 0));
    return isUntold ? `value as ${this.types.expressionOf(type)}` : "value";
  }

  private branchTest({ type, isAlone }: BranchCandidate): string {
    const call = (helper: string, ...more: string[]) => `${this.module.use(helper)}(${["value", ...more].join(", ")})`;
    switch (valueClassOf(type)) {
      case "null":
        return "value === null";
      case "boolean":
        return 'typeof value === "boolean"';
      case "bigint":
        return 'typeof value === "bigint"';
      case "number":
        if (isAlone || type.kind === "double") return 'typeof value === "number"';
        return call(type.kind === "int" ? "fitsInt" : "isExactFloat");
      case "string":
        if (isAlone || (type.kind === "string" && !type.uuid)) return 'typeof value === "string"';
        return type.kind === "enum" ? call("isSymbol", this.types.symbolsOf(type)) : call("fitsUuid");
      case "date":
        return call("isDate");
      case "decimal":
        return isAlone ? call("isDecimal") : call("fitsDecimal", ...decimalArguments(type as BytesType | FixedType));
      case "bytes":
        return type.kind === "fixed" && !isAlone ? call("fitsFixed", String(type.size)) : call("isBytes");
      case "array":
        return call("isArray");
      case "object":
        if (type.kind !== "record") return call("isPlainObject");
        return type.tag === null ? call("isRecordObject") : call("hasTag", quote(type.tag));
    }
  }

  /** The statement that writes the value of an expression. */
  private statement(type: AvroType, value: string): string {
    const [helper, ...more] = this.writerOf(type);
    return `${helper}(${["out", value, ...more].join(", ")});`;
  }

  /** The function that writes a type, and its arguments behind the value. */
  private writerOf(type: AvroType): [name: string, ...more: string[]] {
    const use = (helper: string) => this.module.use(helper);
    switch (type.kind) {
      case "null":
        return [use("writeNull")];
      case "boolean":
        return [use("writeBoolean")];
      case "int":
        return [use("writeInt")];
      case "float":
        return [use("writeFloat")];
      case "double":
        return [use("writeDouble")];
      case "long":
        if (type.timestamp === null) return [use("writeLong")];
        return [use(type.timestamp === "millis" ? "writeTimestampMillis" : "writeTimestampMicros")];
      case "string":
        return [use(type.uuid ? "writeUuid" : "writeString")];
      case "bytes":
        return type.decimal === null ? [use("writeBytes")] : [use("writeDecimal"), ...decimalArguments(type)];
      case "fixed":
        if (type.uuid) return [use("writeFixedUuid")];
        if (type.decimal === null) return [use("writeFixed"), String(type.size)];
        return [use("writeFixedDecimal"), String(type.size), ...decimalArguments(type)];
      case "enum":
        return [use("writeEnum"), this.types.symbolsOf(type)];
      default:
        return [this.functionFor(type)];
    }
  }
}

function decimalArguments({ decimal }: BytesType | FixedType): string[] {
  return decimal === null ? [] : [String(decimal.precision), String(decimal.scale)];
}
