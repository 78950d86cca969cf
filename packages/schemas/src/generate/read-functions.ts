import {
  type ArrayType,
  type AvroType,
  isZeroWidth,
  type MapType,
  type RecordType,
  type UnionType,
} from "@waybill/events/codegen/model";
import type { ModuleWriter } from "./module-writer.ts";
import { recordLiteral, terminated } from "./record-literal.ts";
import type { VersionTypes } from "./ts-types.ts";
import { labelOf, signatureOf } from "./type-labels.ts";

/** Writes the functions that read the values of one version: one for each record, array, map and union. */
export class ReadFunctions {
  private readonly module: ModuleWriter;
  private readonly types: VersionTypes;
  /** Names of the functions by the signature of their type. */
  private readonly functions = new Map<string, string>();
  /** Names of the functions of records, in the order in which they are met. */
  private readonly recordFunctions = new Map<RecordType, string>();

  constructor(module: ModuleWriter, types: VersionTypes) {
    this.module = module;
    this.types = types;
  }

  /** The name of the function for a record, array, map or union; declares it when it is asked for first. */
  functionFor(type: RecordType | ArrayType | MapType | UnionType): string {
    const signature = signatureOf(type, this.types);
    const known = this.functions.get(signature);
    if (known !== undefined) return known;
    const name = this.module.names.claim(`read${labelOf(type, this.types)}`);
    this.functions.set(signature, name);
    if (type.kind === "record") this.recordFunctions.set(type, name);
    const declare = this.module.reserve();
    const body = this.bodyFor(type);
    // The reader of an empty record reads nothing; an underscore says so to compilers that mind.
    const inputName = body.some((line) => line.includes("(input")) ? "input" : "_input";
    const parameters = `${inputName}: ${this.module.useType("AvroInput")}`;
    const result = this.types.expressionOf(type);
    declare(`function ${name}(${parameters}): ${result} {\n${body.map((line) => `  ${line}\n`).join("")}}`);
    return name;
  }

  /** The records that have functions, with the functions' names, in the order in which they were met. */
  get records(): ReadonlyMap<RecordType, string> {
    return this.recordFunctions;
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

  /** Fields stand in the schema's order, in which JavaScript evaluates an object's properties. */
  private recordBody(type: RecordType): string[] {
    const use = (helper: string) => this.module.use(helper);
    const object = recordLiteral(type, (field) => this.expression(field.type));
    if (!type.recursive) return terminated("return ", object);
    const result = `const value: ${this.types.nameOf(type)} = `;
    return [
      `${use("enterRecordRead")}(input);`,
      ...terminated(result, object),
      `${use("leaveRecordRead")}(input);`,
      "return value;",
    ];
  }

  private arrayBody({ items }: ArrayType): string[] {
    return [
      `const array: ${elementList(this.types.expressionOf(items))} = [];`,
      ...this.blocks(isZeroWidth(items), `array.push(${this.expression(items)});`),
      "return array;",
    ];
  }

  private mapBody({ values }: MapType): string[] {
    const entry = `${this.module.use("putOwn")}(map, ${this.module.use("readKey")}(input), ${this.expression(values)});`;
    return [
      `const map: Record<string, ${this.types.expressionOf(values)}> = {};`,
      ...this.blocks(false, entry),
      "return map;",
    ];
  }

  private blocks(areZeroWidth: boolean, statement: string): string[] {
    const read = `${this.module.use(areZeroWidth ? "readZeroWidthCount" : "readCount")}(input)`;
    return [
      `for (let count = ${read}; count > 0; count = ${read}) {`,
      `  for (; count > 0; count--) ${statement}`,
      "}",
    ];
  }

  private unionBody({ branches }: UnionType): string[] {
    const index = `${this.module.use("readBranch")}(input, ${branches.length})`;
    const values = branches.map((branch) => (branch.kind === "null" ? "null" : this.expression(branch)));
    if (values.length === 0) return [`return ${index} as never;`];
    if (values.length === 2) return [`return ${index} === 0 ? ${values[0]} : ${values[1]};`];
    // The index is below the count, so that the last branch needs no case of its own.
    const cases = values.map((value, i) => `  ${i === values.length - 1 ? "default" : `case ${i}`}: return ${value};`);
    return [`switch (${index}) {`, ...cases, "}"];
  }

  /** The expression that reads a value. */
  expression(type: AvroType): string {
    const call = (helper: string, ...more: readonly (string | number)[]) =>
      `${this.module.use(helper)}(${["input", ...more].join(", ")})`;
    switch (type.kind) {
      case "null":
        return call("readNull");
      case "boolean":
        return call("readBoolean");
      case "int":
        return call("readInt");
      case "float":
        return call("readFloat");
      case "double":
        return call("readDouble");
      case "long":
        if (type.timestamp === null) return call("readLong");
        return call(type.timestamp === "millis" ? "readTimestampMillis" : "readTimestampMicros");
      case "string": {
        const brand = this.types.brandOf(type);
        return `${call("readString")}${brand === null ? "" : ` as ${brand}`}`;
      }
      case "bytes":
        return type.decimal === null ? call("readBytes") : call("readDecimal", type.decimal.scale);
      case "fixed":
        if (type.uuid) return call("readFixedUuid");
        if (type.decimal === null) return call("readFixed", type.size);
        return call("readFixedDecimal", type.size, type.decimal.scale);
      case "enum":
        return call("readEnum", this.types.symbolsOf(type));
      default:
        return `${this.functionFor(type)}(input)`;
    }
  }
}

function elementList(items: string): string {
  return items.includes("|") || items.startsWith("readonly ") ? `(${items})[]` : `${items}[]`;
}
